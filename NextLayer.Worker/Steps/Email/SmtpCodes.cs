using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Email;

/// <summary>What a <c>send_email</c> step reports when a server says no.</summary>
internal static class SmtpCodes
{
    /// <summary>4xx: the server asks to try later.</summary>
    public const string Temporary = "SMTP_TEMPORARY";

    /// <summary>5xx: the server will not take this message.</summary>
    public const string Rejected = "SMTP_REJECTED";

    public const string Auth = "SMTP_AUTH";

    /// <summary>No recipient was taken.</summary>
    public const string Recipients = "SMTP_RECIPIENTS";

    private const int Kept = 300;

    public static StepFailure Failure(string code, string what, SmtpReply reply) => StepFailure.Of(
        code,
        $"{what}: {reply.Code} {Text(reply)}",
        retryable: reply.IsTemporary,
        JsonSerializer.SerializeToElement(new { smtp_code = reply.Code, reply = Text(reply) }, NextLayerJson.Options));

    /// <summary>Tried again when at least one recipient may be taken later.</summary>
    public static StepFailure AllRefused(SmtpSettings settings, IReadOnlyList<(string Recipient, SmtpReply Reply)> refused)
    {
        var (recipient, reply) = refused[0];
        var rejected = refused.Select(r => new { recipient = r.Recipient, smtp_code = r.Reply.Code, reply = Text(r.Reply) });
        return StepFailure.Of(
            Recipients,
            $"{settings.Shown} refused every recipient; {recipient}: {reply.Code} {Text(reply)}",
            retryable: refused.Any(r => r.Reply.IsTemporary),
            JsonSerializer.SerializeToElement(new { rejected }, NextLayerJson.Options));
    }

    public static string Text(SmtpReply reply) => StorableText.Sanitize(reply.Text, Kept);
}
