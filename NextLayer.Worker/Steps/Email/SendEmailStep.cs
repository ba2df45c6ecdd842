using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Worker.Steps.Email;

/// <summary>
/// <c>send_email</c>: one message through the tenant's SMTP connector. The Message-ID is the same on every attempt, so
/// that a message sent twice can be told.
/// </summary>
/// <param name="connectors">Where the SMTP server's address comes from.</param>
/// <param name="network">Connects to addresses that may be reached.</param>
/// <param name="allowLog">Without a connector, the message is written into the run's log.</param>
internal sealed class SendEmailStep(ConnectorSource connectors, GuardedConnector network, bool allowLog) : IStepHandler
{
    private static readonly string[] Types = ["smtp"];

    public string Type => "send_email";

    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var message = EmailMessage.Read(context.Config);
        if (await connectors.FindAsync(context, Types, ct) is { } connector)
            return await SendAsync(SmtpSettings.Read(connector.Config, context.Secrets), message, context, ct);
        return allowLog
            ? Write(message, context)
            : throw StepFailure.Of(ConnectorSource.MissingCode, "This step needs a connector of type 'smtp', and the tenant has none.");
    }

    private async Task<StepResult> SendAsync(SmtpSettings settings, EmailMessage message, StepContext context, CancellationToken ct)
    {
        var from = message.From ?? settings.From ?? throw new StepConfigException("config.from is required: the connector names no sender.");
        var id = MessageId(context, from.Domain);
        var bytes = MimeDocument.Write(message, from, id, context.Now);
        await using var session = await SmtpSession.OpenAsync(settings, network, ct);
        var refused = await session.SendAsync(from.Address, message.Recipients, bytes, ct);
        foreach (var (recipient, reply) in refused)
            context.Log.Warning($"{recipient} was refused: {reply.Code} {SmtpCodes.Text(reply)}");
        var rejected = refused.Select(r => r.Recipient).ToList();
        return Output(sent: true, id, message.Recipients.Except(rejected), rejected, "smtp");
    }

    private static StepResult.Completed Write(EmailMessage message, StepContext context)
    {
        var id = MessageId(context, message.From?.Domain ?? "localhost");
        context.Log.Info($"""
            Not sent, because there is no SMTP connector: mail to {string.Join(", ", message.Recipients)}
            Subject: {message.Subject}

            {message.Text ?? message.Html}
            """);
        return Output(sent: false, id, [], [], "log");
    }

    private static string MessageId(StepContext context, string domain) =>
        $"{context.RunId:n}.{context.Generation}.{context.StepId}@{domain}";

    private static StepResult.Completed Output(bool sent, string messageId, IEnumerable<string> accepted, IReadOnlyList<string> rejected, string transport) =>
        new(JsonSerializer.SerializeToElement(
            new { sent, message_id = $"<{messageId}>", accepted = accepted.ToList(), rejected, transport }, NextLayerJson.Options));
}
