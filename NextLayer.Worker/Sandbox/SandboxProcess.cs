using System.Diagnostics;
using System.Text.Json;
using NextLayer.Contracts.Json;

namespace NextLayer.Worker.Sandbox;

/// <summary>A child process seen from the worker. It answers one request at a time.</summary>
internal sealed class SandboxProcess : IDisposable
{
    private const int LargestAnswer = 4 * 1024 * 1024;

    private readonly Process process;

    private SandboxProcess(Process process, int memoryMb)
    {
        this.process = process;
        MemoryMb = memoryMb;
    }

    public int MemoryMb { get; }

    public int Id => process.Id;

    public bool IsAlive => !process.HasExited;

    public static async Task<SandboxProcess> StartAsync(int memoryMb, CancellationToken ct)
    {
        var process = Process.Start(SandboxCommand.For(memoryMb)) ?? throw new InvalidOperationException("No process was started.");
        var sandbox = new SandboxProcess(process, memoryMb);
        try
        {
            // A runtime that falls over says why at length; nobody reads it, but the pipe must not fill.
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            return await sandbox.ReadAsync(ct) is not null ? sandbox : throw new InvalidOperationException("The sandbox ended before it was ready.");
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    /// <summary>Null when the process ended instead of answering.</summary>
    public async Task<SandboxAnswer?> AskAsync(SandboxRequest request, CancellationToken ct)
    {
        try
        {
            await SandboxFrames.WriteAsync(process.StandardInput.BaseStream, JsonSerializer.SerializeToUtf8Bytes(request, NextLayerJson.Options), ct);
            return await ReadAsync(ct) is { } answer ? JsonSerializer.Deserialize<SandboxAnswer>(answer, NextLayerJson.Options) : null;
        }
        catch (Exception ex) when (ex is IOException or InvalidDataException)
        {
            return null;
        }
    }

    private Task<byte[]?> ReadAsync(CancellationToken ct) => SandboxFrames.ReadAsync(process.StandardOutput.BaseStream, LargestAnswer, ct);

    /// <summary>Ends it at once, whatever it does.</summary>
    public void Dispose()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }

        process.Dispose();
    }
}
