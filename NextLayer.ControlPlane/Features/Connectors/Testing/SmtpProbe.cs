using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NextLayer.ServiceDefaults.Network;

namespace NextLayer.ControlPlane.Features.Connectors.Testing;

/// <summary>Tries a mail server: encrypts and signs in as send_email would, and sends nothing (RFC 5321).</summary>
internal sealed class SmtpProbe(GuardedConnector network)
{
    private const int LongestLine = 4096;
    private const int MostLines = 128;

    public async Task<ProbeResult> TryAsync(ProbeTarget target, CancellationToken ct)
    {
        var host = target.Required("host");
        var implicitTls = target.Text("tls") is { } tls ? tls == "implicit" : target.Port(587) == 465;
        var port = target.Port(implicitTls ? 465 : 587);
        await using var plain = await network.ConnectAsync(host, port, ct);
        Stream stream = implicitTls ? await EncryptAsync(plain, target, host, ct) : plain;
        Require(await ReadAsync(stream, ct), "the connection");
        var offers = await HelloAsync(stream, ct);
        if (!implicitTls && target.Text("tls") != "none")
        {
            if (!offers.Any(line => line.Equals("STARTTLS", StringComparison.OrdinalIgnoreCase)))
                return ProbeResult.Failed($"{host}:{port} does not offer STARTTLS; config.tls can be implicit or none.");
            Require(await AskAsync(stream, "STARTTLS", ct), "STARTTLS");
            stream = await EncryptAsync(plain, target, host, ct);
            offers = await HelloAsync(stream, ct);
        }

        var result = await SignInAsync(stream, target, $"{host}:{port}", offers, ct);
        await AskAsync(stream, "QUIT", ct);
        return result;
    }

    private static async Task<ProbeResult> SignInAsync(Stream stream, ProbeTarget target, string shown, IReadOnlyList<string> offers, CancellationToken ct)
    {
        if (target.Text("username") is not { Length: > 0 } user)
            return ProbeResult.Fine($"{shown} takes connections; there is no user name to sign in with.");
        var ways = offers.FirstOrDefault(line => line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase))?.ToUpperInvariant().Split(' ', '=') ?? [];
        var password = target.Text("password") ?? "";
        int code;
        if (ways.Contains("PLAIN"))
        {
            (code, _) = await AskAsync(stream, "AUTH PLAIN " + Base64($"\0{user}\0{password}"), ct);
        }
        else if (ways.Contains("LOGIN"))
        {
            Require(await AskAsync(stream, "AUTH LOGIN", ct), "AUTH LOGIN");
            Require(await AskAsync(stream, Base64(user), ct), "the user name");
            (code, _) = await AskAsync(stream, Base64(password), ct);
        }
        else
        {
            return ProbeResult.Failed($"{shown} offers no way to sign in that is known here (PLAIN, LOGIN).");
        }

        return code switch
        {
            235 => ProbeResult.Fine($"{shown} let us sign in as {user}."),
            >= 500 => ProbeResult.Rejected($"{shown} refused the user name or password ({code})."),
            _ => ProbeResult.Failed($"{shown} did not let us sign in for now ({code})."),
        };
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<SslStream> EncryptAsync(Stream plain, ProbeTarget target, string host, CancellationToken ct)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (target.Authorities() is { } authorities)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        var tls = new SslStream(plain);
        await tls.AuthenticateAsClientAsync(options, ct);
        return tls;
    }

    private static async Task<IReadOnlyList<string>> HelloAsync(Stream stream, CancellationToken ct)
    {
        var reply = await AskAsync(stream, "EHLO nextlayer.invalid", ct);
        Require(reply, "EHLO");
        return reply.Lines;
    }

    private static void Require((int Code, IReadOnlyList<string> Lines) reply, string what)
    {
        if (reply.Code is < 200 or >= 400)
            throw new IOException($"the server refused {what} ({reply.Code})");
    }

    private static async Task<(int Code, IReadOnlyList<string> Lines)> AskAsync(Stream stream, string line, CancellationToken ct)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), ct);
        await stream.FlushAsync(ct);
        return await ReadAsync(stream, ct);
    }

    // Byte by byte: nothing behind the answer to STARTTLS is read in the clear, and a test is no place for speed.
    private static async Task<(int Code, IReadOnlyList<string> Lines)> ReadAsync(Stream stream, CancellationToken ct)
    {
        var lines = new List<string>();
        while (lines.Count < MostLines)
        {
            var line = await ReadLineAsync(stream, ct);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), out var code))
                break;
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] != '-')
                return (code, lines);
        }

        throw new IOException("the server does not speak SMTP");
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken ct)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (line.Length < LongestLine && await stream.ReadAsync(one, ct) == 1)
        {
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }

        throw new IOException("the server closed the connection, or does not speak SMTP");
    }
}
