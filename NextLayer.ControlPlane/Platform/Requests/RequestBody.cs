using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace NextLayer.ControlPlane.Platform.Requests;

/// <summary>
/// The whole body of a request as it was received and found to be sound JSON, in a pooled buffer that lives as long as
/// the request. Get it with <c>context.Features.Get&lt;RequestBody&gt;()</c>; null when there was no body.
/// </summary>
internal sealed class RequestBody(byte[] buffer, int start, int length) : IRequestBodyPipeFeature, IDisposable
{
    /// <summary>Copy what must outlive the request.</summary>
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(start, length);

    /// <summary>To the byte as it came in, a byte order mark included: what a signature is over.</summary>
    public ReadOnlyMemory<byte> Received => buffer.AsMemory(0, start + length);

    public PipeReader Reader => field ??= PipeReader.Create(new ReadOnlySequence<byte>(Bytes));

    /// <summary>Lets everything that reads the request's body read this buffer.</summary>
    public void InstallIn(HttpContext context)
    {
        context.Request.Body = new MemoryStream(buffer, start, length, writable: false);
        context.Features.Set<IRequestBodyPipeFeature>(this);
        context.Features.Set(this);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}
