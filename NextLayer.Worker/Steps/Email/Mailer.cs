using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Worker.Steps.Email;

/// <summary>What became of a message.</summary>
/// <param name="Sent">False where it was only written into the run's log.</param>
/// <param name="MessageId">In angle brackets.</param>
/// <param name="Accepted">Addresses the server took it for.</param>
/// <param name="Rejected">Addresses it did not.</param>
/// <param name="Transport"><c>smtp</c> or <c>log</c>.</param>
internal sealed record SentMail(bool Sent, string MessageId, IReadOnlyList<string> Accepted, IReadOnlyList<string> Rejected, string Transport);

/// <summary>
/// Sends a step's message through the tenant's SMTP connector. The Message-ID is the same on every attempt, so that a
/// message sent twice can be told.
/// </summary>
/// <param name="connectors">Where the SMTP server's address comes from.</param>
/// <param name="network">Connects to addresses that may be reached.</param>
/// <param name="allowLog">Without a connector, the message is written into the run's log.</param>
internal sealed class Mailer(ConnectorSource connectors, GuardedConnector network, bool allowLog)
{
    private static readonly string[] Types = ["smtp"];

    /// <exception cref="StepFailure">It could be sent to nobody.</exception>
    public async Task<SentMail> SendAsync(StepContext context, EmailMessage message, CancellationToken ct)
    {
        if (await connectors.FindAsync(context, Types, ct) is { } connector)
            return await SendAsync(SmtpSettings.Read(connector.Config, context.Secrets), message, context, ct);
        return allowLog
            ? Write(message, context)
            : throw StepFailure.Of(ConnectorSource.MissingCode, "This step needs a connector of type 'smtp', and the tenant has none.");
    }

    private async Task<SentMail> SendAsync(SmtpSettings settings, EmailMessage message, StepContext context, CancellationToken ct)
    {
        var from = message.From ?? settings.From ?? throw new StepConfigException("config.from is required: the connector names no sender.");
        var id = MessageId(context, from.Domain);
        var bytes = MimeDocument.Write(message, from, id, context.Now);
        await using var session = await SmtpSession.OpenAsync(settings, network, ct);
        var refused = await session.SendAsync(from.Address, message.Recipients, bytes, ct);
        foreach (var (recipient, reply) in refused)
            context.Log.Warning($"{recipient} was refused: {reply.Code} {SmtpCodes.Text(reply)}");
        var rejected = refused.Select(r => r.Recipient).ToList();
        return new SentMail(Sent: true, $"<{id}>", [.. message.Recipients.Except(rejected)], rejected, "smtp");
    }

    private static SentMail Write(EmailMessage message, StepContext context)
    {
        context.Log.Info($"""
            Not sent, because there is no SMTP connector: mail to {string.Join(", ", message.Recipients)}
            Subject: {message.Subject}

            {message.Text ?? message.Html}
            """);
        return new SentMail(Sent: false, $"<{MessageId(context, message.From?.Domain ?? "localhost")}>", [], [], "log");
    }

    private static string MessageId(StepContext context, string domain) =>
        $"{context.RunId:n}.{context.Generation}.{context.StepId}@{domain}";
}
