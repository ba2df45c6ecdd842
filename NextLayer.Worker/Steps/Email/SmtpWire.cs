using System.Text;

namespace NextLayer.Worker.Steps.Email;

/// <summary>Lines to and from an SMTP server, within bounds.</summary>
internal sealed class SmtpWire(Stream stream) : IAsyncDisposable
{
    // RFC 5321 allows 512 octets; some servers say more.
    private const int LongestLine = 4096;
    private const int MostLines = 128;

    private readonly byte[] buffer = new byte[LongestLine];
    private int start;
    private int end;

    public Stream Stream => stream;

    /// <summary>True when the server has said more than was read.</summary>
    public bool HasUnread => start < end;

    /// <exception cref="IOException">The connection ended, or what came is no SMTP.</exception>
    public async Task<SmtpReply> ReadAsync(CancellationToken ct)
    {
        var lines = new List<string>();
        while (lines.Count < MostLines)
        {
            var line = await ReadLineAsync(ct);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), out var code) || code is < 200 or > 599)
                throw new IOException("The server does not speak SMTP.");
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] != '-')
                return new SmtpReply(code, lines);
        }

        throw new IOException("The server's answer has no end.");
    }

    private async Task<string> ReadLineAsync(CancellationToken ct)
    {
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(buffer, start, length).TrimEnd('\r');
                start += length + 1;
                return line;
            }

            await FillAsync(ct);
        }
    }

    private async Task FillAsync(CancellationToken ct)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        if (end == buffer.Length)
            throw new IOException("The server sent a line that is too long.");
        var read = await stream.ReadAsync(buffer.AsMemory(end), ct);
        if (read == 0)
            throw new IOException("The server closed the connection.");
        end += read;
    }

    public async Task WriteLineAsync(string line, CancellationToken ct)
    {
        // Whatever the caller checked, a command is one line.
        if (line.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new InvalidOperationException("A command must be one line.");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), ct);
        await stream.FlushAsync(ct);
    }

    /// <summary>A message, ended by a line with a full stop; its own lines that begin with one get a second.</summary>
    public async Task WriteMessageAsync(byte[] message, CancellationToken ct)
    {
        var from = 0;
        for (var i = 0; i < message.Length; i++)
        {
            if (message[i] != (byte)'.' || (i > 0 && message[i - 1] != (byte)'\n'))
                continue;
            await stream.WriteAsync(message.AsMemory(from, i - from), ct);
            await stream.WriteAsync("."u8.ToArray(), ct);
            from = i;
        }

        await stream.WriteAsync(message.AsMemory(from), ct);
        await stream.WriteAsync((message.AsSpan().EndsWith("\r\n"u8) ? ".\r\n"u8 : "\r\n.\r\n"u8).ToArray(), ct);
        await stream.FlushAsync(ct);
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
