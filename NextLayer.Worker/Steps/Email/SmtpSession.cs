using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Worker.Steps.Email;

/// <summary>
/// One message to one server (RFC 5321), over a connection of its own. Written here because the framework's client can
/// neither speak TLS from the first byte, nor connect to an address that was checked.
/// </summary>
internal sealed class SmtpSession : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly SmtpSettings settings;
    private readonly string self;
    private SmtpWire wire;
    private Dictionary<string, string> offers = [];

    private SmtpSession(SmtpSettings settings, NetworkStream stream)
    {
        this.settings = settings;
        var local = ((IPEndPoint)stream.Socket.LocalEndPoint!).Address; // It is connected.
        if (local.IsIPv4MappedToIPv6)
            local = local.MapToIPv4();
        self = local.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{local}]" : $"[{local}]";
        wire = new SmtpWire(stream);
    }

    /// <summary>Connects, encrypts as the settings say, and signs in.</summary>
    /// <exception cref="StepFailure">It cannot.</exception>
    public static async Task<SmtpSession> OpenAsync(SmtpSettings settings, GuardedConnector connector, CancellationToken ct)
    {
        SmtpSession? session = null;
        try
        {
            session = new SmtpSession(settings, await ConnectAsync(settings, connector, ct));
            await session.GreetAsync(ct);
            await session.SignInAsync(ct);
            return session;
        }
        catch (Exception ex)
        {
            if (session is not null)
                await session.wire.DisposeAsync();
            if (IsNetwork(ex))
                throw NetworkFailure.From(settings.Host, settings.Shown, ex);
            throw;
        }
    }

    private static async Task<NetworkStream> ConnectAsync(SmtpSettings settings, GuardedConnector connector, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(ConnectTimeout);
        try
        {
            return await connector.ConnectAsync(settings.Host, settings.Port, patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new IOException($"no connection within {ConnectTimeout.TotalSeconds:0} s");
        }
    }

    private static bool IsNetwork(Exception ex) => ex is IOException or SocketException or AuthenticationException or AddressRefusedException;

    private async Task GreetAsync(CancellationToken ct)
    {
        if (settings.Tls == SmtpTls.Implicit)
            await EncryptAsync(ct);
        Require(await wire.ReadAsync(ct), "refused the connection");
        await HelloAsync(ct);
        if (settings.Tls != SmtpTls.StartTls)
            return;
        if (!offers.ContainsKey("STARTTLS"))
            throw StepFailure.Of(NetworkFailure.TlsCode, $"{settings.Shown} does not offer STARTTLS; the connector's tls can be implicit or none.");
        Require(await CommandAsync("STARTTLS", ct), "refused STARTTLS");
        // What came in the clear after the answer was put there by somebody else.
        if (wire.HasUnread)
            throw StepFailure.Of(NetworkFailure.TlsCode, $"{settings.Shown} said more in the clear after STARTTLS.");
        await EncryptAsync(ct);
        await HelloAsync(ct);
    }

    private async Task EncryptAsync(CancellationToken ct)
    {
        var tls = new SslStream(wire.Stream);
        wire = new SmtpWire(tls);
        await tls.AuthenticateAsClientAsync(settings.TlsOptions(), ct);
    }

    private async Task HelloAsync(CancellationToken ct)
    {
        var reply = Require(await CommandAsync($"EHLO {self}", ct), "refused EHLO");
        offers = reply.Lines.Skip(1)
            .Select(line => line.Split([' ', '='], 2))
            .GroupBy(parts => parts[0].ToUpperInvariant())
            .ToDictionary(g => g.Key, g => string.Join(' ', g.Select(parts => parts.ElementAtOrDefault(1) ?? "")).ToUpperInvariant());
    }

    private async Task SignInAsync(CancellationToken ct)
    {
        if (settings.Username is not { Length: > 0 } user)
            return;
        var ways = offers.GetValueOrDefault("AUTH", "").Split(' ');
        var reply = ways.Contains("PLAIN") ? await CommandAsync("AUTH PLAIN " + Base64($"\0{user}\0{settings.Password}"), ct)
            : ways.Contains("LOGIN") ? await LoginAsync(user, ct)
            : throw StepFailure.Of(SmtpCodes.Auth, $"{settings.Shown} offers no way to sign in that is known here (PLAIN, LOGIN).");
        if (!reply.IsPositive)
            throw SmtpCodes.Failure(reply.IsTemporary ? SmtpCodes.Temporary : SmtpCodes.Auth, $"{settings.Shown} did not let us sign in", reply);
    }

    private async Task<SmtpReply> LoginAsync(string user, CancellationToken ct)
    {
        var reply = await CommandAsync("AUTH LOGIN", ct);
        if (reply.IsPositive)
            reply = await CommandAsync(Base64(user), ct);
        return reply.IsPositive ? await CommandAsync(Base64(settings.Password ?? ""), ct) : reply;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <returns>The recipients that were refused, each with the answer. There is at least one that was not.</returns>
    /// <exception cref="StepFailure">The server took the message for nobody.</exception>
    public async Task<IReadOnlyList<(string Recipient, SmtpReply Reply)>> SendAsync(
        string from, IReadOnlyList<string> recipients, byte[] message, CancellationToken ct)
    {
        try
        {
            var size = offers.ContainsKey("SIZE") ? $" SIZE={message.Length}" : "";
            Require(await CommandAsync($"MAIL FROM:<{from}>{size}", ct), "refused the sender");
            var refused = new List<(string, SmtpReply)>();
            foreach (var recipient in recipients)
            {
                var reply = await CommandAsync($"RCPT TO:<{recipient}>", ct);
                if (!reply.IsPositive)
                    refused.Add((recipient, reply));
            }

            if (refused.Count == recipients.Count)
                throw SmtpCodes.AllRefused(settings, refused);
            Require(await CommandAsync("DATA", ct), "refused the message");
            await wire.WriteMessageAsync(message, ct);
            Require(await wire.ReadAsync(ct), "refused the message");
            return refused;
        }
        catch (Exception ex) when (IsNetwork(ex))
        {
            throw NetworkFailure.From(settings.Host, settings.Shown, ex);
        }
    }

    private async Task<SmtpReply> CommandAsync(string line, CancellationToken ct)
    {
        await wire.WriteLineAsync(line, ct);
        return await wire.ReadAsync(ct);
    }

    private SmtpReply Require(SmtpReply reply, string otherwise) => reply.IsPositive
        ? reply
        : throw SmtpCodes.Failure(reply.IsTemporary ? SmtpCodes.Temporary : SmtpCodes.Rejected, $"{settings.Shown} {otherwise}", reply);

    /// <summary>Takes leave; what was accepted stays accepted, whatever comes of this.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await CommandAsync("QUIT", patience.Token);
        }
        catch (Exception ex) when (IsNetwork(ex) || ex is OperationCanceledException or ObjectDisposedException)
        {
            // It has gone already.
        }

        await wire.DisposeAsync();
    }
}
