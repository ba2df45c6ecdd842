using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace NextLayer.Tests.Worker.Support;

/// <summary>A mail server on a loopback port that keeps what it is given, and says no where a test tells it to.</summary>
internal sealed class SmtpSink : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> sessions = [];
    private readonly X509Certificate2 certificate = MakeCertificate();
    private Task accepting = Task.CompletedTask;

    /// <summary>Lines after EHLO, besides STARTTLS.</summary>
    public IReadOnlyList<string> Offers { get; init; } = ["SIZE 10000000", "AUTH PLAIN LOGIN"];

    public bool OffersStartTls { get; init; } = true;

    /// <summary>TLS from the first byte.</summary>
    public bool IsImplicit { get; init; }

    /// <summary>Answers to commands that begin like this, instead of the sink's own; null hangs up.</summary>
    public Dictionary<string, string?> Says { get; init; } = [];

    /// <summary>Sent in the clear right behind the answer to STARTTLS.</summary>
    public string InjectedAfterStartTls { get; init; } = "";

    /// <summary>Every command of every session, as it came.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>Messages that were accepted, without the dots that were stuffed.</summary>
    public ConcurrentQueue<string> Messages { get; } = new();

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string CaCertificate => certificate.ExportCertificatePem();

    public SmtpSink Start()
    {
        listener.Start();
        accepting = AcceptAsync();
        return this;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                sessions.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception ex) when (ex is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (IsImplicit)
                    stream = await EncryptAsync(stream);
                await TalkAsync(stream);
            }
            catch (Exception ex) when (ex is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The other side has left.
            }
        }
    }

    private async Task<SslStream> EncryptAsync(Stream stream)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop.Token);
        return tls;
    }

    private async Task TalkAsync(Stream stream)
    {
        if (!await SayAsync(stream, "greeting", "220 sink"))
            return;
        while (await ReadLineAsync(stream) is { } line)
        {
            Commands.Enqueue(line);
            var verb = line.Split(' ')[0].ToUpperInvariant();
            if (verb == "EHLO" && !Says.ContainsKey("EHLO"))
            {
                var offers = stream is SslStream || !OffersStartTls ? Offers : [.. Offers, "STARTTLS"];
                string[] lines = ["sink", .. offers];
                await WriteAsync(stream, string.Concat(lines.Select((l, i) => $"250{(i == lines.Length - 1 ? ' ' : '-')}{l}\r\n")));
            }
            else if (!await SayAsync(stream, line, Own(verb)))
            {
                return;
            }
            else if (verb == "STARTTLS" && !Says.ContainsKey("STARTTLS"))
            {
                stream = await EncryptAsync(stream);
            }
            else if (verb == "DATA" && !Says.ContainsKey("DATA"))
            {
                var message = await ReadMessageAsync(stream);
                if (!Says.ContainsKey("end of data"))
                    Messages.Enqueue(message);
                if (!await SayAsync(stream, "end of data", "250 taken"))
                    return;
            }
        }
    }

    private string Own(string verb) => verb switch
    {
        "STARTTLS" => "220 go ahead" + (InjectedAfterStartTls.Length > 0 ? "\r\n" + InjectedAfterStartTls : ""),
        "DATA" => "354 go ahead",
        "AUTH" => "235 welcome",
        "QUIT" => "221 bye",
        _ => "250 ok",
    };

    private async Task<bool> SayAsync(Stream stream, string line, string own)
    {
        var key = Says.Keys.FirstOrDefault(k => line.StartsWith(k, StringComparison.OrdinalIgnoreCase));
        var answer = key is null ? own : Says[key];
        if (answer is not null)
            await WriteAsync(stream, answer + "\r\n");
        return answer is not null;
    }

    private async Task WriteAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stop.Token);

    // One byte after the other: nothing may be read ahead of STARTTLS.
    private async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stop.Token) == 1)
        {
            if (one[0] == (byte)'\n')
                return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        return null;
    }

    private async Task<string> ReadMessageAsync(Stream stream)
    {
        var message = new StringBuilder();
        while (await ReadLineAsync(stream) is { } line && line != ".")
            message.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        return message.ToString();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await accepting;
        listener.Stop();
        await Task.WhenAll(sessions);
        certificate.Dispose();
        stop.Dispose();
    }
}
