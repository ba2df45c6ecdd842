using System.Buffers.Binary;

namespace NextLayer.Worker.Sandbox;

/// <summary>Messages on a pipe: four bytes of length, then so many bytes of JSON.</summary>
internal static class SandboxFrames
{
    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        await stream.WriteAsync(length, ct);
        await stream.WriteAsync(message, ct);
        await stream.FlushAsync(ct);
    }

    /// <summary>Null when the other side has closed the pipe.</summary>
    /// <exception cref="InvalidDataException">The message is longer than <paramref name="largest"/>.</exception>
    public static async Task<byte[]?> ReadAsync(Stream stream, int largest, CancellationToken ct)
    {
        var length = new byte[4];
        if (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, ct) < length.Length)
            return null;
        var size = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (size < 0 || size > largest)
            throw new InvalidDataException($"A message of {size} bytes is too long.");
        var message = new byte[size];
        return await stream.ReadAtLeastAsync(message, size, throwOnEndOfStream: false, ct) < size ? null : message;
    }
}
