using System.Text.Json;
using System.Text.RegularExpressions;

namespace NextLayer.Worker.Steps.Email;

/// <param name="Name">File name that the receiver sees.</param>
/// <param name="ContentType">Such as <c>text/csv; charset=utf-8</c>.</param>
/// <param name="Content">The bytes.</param>
internal sealed record EmailAttachment(string Name, string ContentType, byte[] Content);

/// <summary>What a <c>send_email</c> step is to send, read strictly.</summary>
internal sealed partial record EmailMessage
{
    /// <summary>Null takes the connector's.</summary>
    public required EmailAddress? From { get; init; }

    public required IReadOnlyList<EmailAddress> To { get; init; }
    public required IReadOnlyList<EmailAddress> Cc { get; init; }

    /// <summary>Get it, and stand in no header.</summary>
    public required IReadOnlyList<EmailAddress> Bcc { get; init; }

    public required EmailAddress? ReplyTo { get; init; }

    /// <summary>One line.</summary>
    public required string Subject { get; init; }

    public required string? Text { get; init; }
    public required string? Html { get; init; }
    public required IReadOnlyList<EmailAttachment> Attachments { get; init; }

    /// <summary>Everybody who gets it, each once.</summary>
    public IReadOnlyList<string> Recipients => [.. To.Concat(Cc).Concat(Bcc).Select(a => a.Address).Distinct(StringComparer.OrdinalIgnoreCase)];

    public static EmailMessage Read(JsonElement json)
    {
        var config = new StepConfig(json);
        var message = new EmailMessage
        {
            From = EmailAddress.ReadOne(config, "from"),
            To = EmailAddress.ReadList(config, "to"),
            Cc = EmailAddress.ReadList(config, "cc"),
            Bcc = EmailAddress.ReadList(config, "bcc"),
            ReplyTo = EmailAddress.ReadOne(config, "reply_to"),
            Subject = OneLine(config.RequiredText("subject")),
            Text = config.Text("text"),
            Html = config.Text("html"),
            Attachments = ReadAttachments(config),
        };
        if (message.To.Count == 0)
            throw new StepConfigException("config.to needs at least one address.");
        return message.Text is null && message.Html is null ? throw new StepConfigException("config needs text or html.") : message;
    }

    /// <summary>What no header may hold is a space.</summary>
    public static string OneLine(string text) => Controls().Replace(text, " ").Trim();

    private static List<EmailAttachment> ReadAttachments(StepConfig config) => config.Find("attachments") switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list =>
            [.. list.EnumerateArray().Select((entry, index) => ReadAttachment(new StepConfig(entry, $"config.attachments[{index}]")))],
        _ => throw config.Wrong("attachments", "a list"),
    };

    private static EmailAttachment ReadAttachment(StepConfig entry)
    {
        var isText = entry.Text("encoding") switch
        {
            null or "text" => true,
            "base64" => false,
            _ => throw entry.Wrong("encoding", "text or base64"),
        };
        var type = entry.Text("content_type") ?? (isText ? "text/plain; charset=utf-8" : "application/octet-stream");
        if (!ContentType().IsMatch(type))
            throw entry.Wrong("content_type", "a content type such as text/csv");
        return new EmailAttachment(OneLine(entry.RequiredText("name")), type, Bytes(entry, entry.Text("content") ?? "", isText));
    }

    private static byte[] Bytes(StepConfig entry, string content, bool isText)
    {
        if (isText)
            return System.Text.Encoding.UTF8.GetBytes(content);
        try
        {
            return Convert.FromBase64String(content);
        }
        catch (FormatException)
        {
            throw entry.Wrong("content", "Base64");
        }
    }

    [GeneratedRegex(@"[\p{Cc}\u2028\u2029]+")]
    private static partial Regex Controls();

    [GeneratedRegex(@"^[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}(; *[A-Za-z0-9_-]{1,50}=[A-Za-z0-9_.:-]{1,100})*\z")]
    private static partial Regex ContentType();
}
