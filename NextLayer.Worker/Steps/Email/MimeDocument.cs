using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace NextLayer.Worker.Steps.Email;

/// <summary>
/// Writes a message as it travels. All of it is ASCII in lines of at most 78 characters: bodies are Base64, so that no
/// server on the way has a reason to change them.
/// </summary>
internal sealed class MimeDocument
{
    private readonly StringBuilder text = new();
    private readonly string boundarySeed;
    private int boundaries;

    private MimeDocument(string messageId) => boundarySeed = messageId;

    /// <param name="message">What is sent.</param>
    /// <param name="from">Who sends it.</param>
    /// <param name="messageId">Without the angle brackets.</param>
    /// <param name="date">When.</param>
    public static byte[] Write(EmailMessage message, EmailAddress from, string messageId, DateTimeOffset date)
    {
        var document = new MimeDocument(messageId);
        document.Header("From", MimeText.Encode(from));
        document.Header("To", MimeText.Encode(message.To));
        if (message.Cc.Count > 0)
            document.Header("Cc", MimeText.Encode(message.Cc));
        if (message.ReplyTo is { } replyTo)
            document.Header("Reply-To", MimeText.Encode(replyTo));
        document.Header("Subject", MimeText.Encode(message.Subject));
        document.Header("Date", date.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        document.Header("Message-ID", $"<{messageId}>");
        document.Header("Auto-Submitted", "auto-generated"); // Nobody's holiday notice should answer it (RFC 3834).
        document.Header("MIME-Version", "1.0");
        document.Body(message);
        return Encoding.ASCII.GetBytes(document.text.ToString());
    }

    private void Header(string name, string value) => text.Append(name).Append(": ").Append(value).Append(MimeText.LineEnd);

    private void Body(EmailMessage message)
    {
        if (message.Attachments.Count == 0)
            Words(message);
        else
            Multipart("mixed", [() => Words(message), .. message.Attachments.Select(a => (Action)(() => Attachment(a)))]);
    }

    private void Words(EmailMessage message)
    {
        if (message.Html is null || message.Text is null)
            Words(message.Html ?? message.Text ?? "", message.Html is null ? "plain" : "html");
        else
            Multipart("alternative", [() => Words(message.Text, "plain"), () => Words(message.Html, "html")]); // The best comes last.
    }

    private void Words(string words, string kind) =>
        Part($"text/{kind}; charset=utf-8", Encoding.UTF8.GetBytes(words.ReplaceLineEndings(MimeText.LineEnd)));

    private void Attachment(EmailAttachment attachment)
    {
        Header("Content-Disposition", "attachment; " + MimeText.FileName(attachment.Name));
        Part(attachment.ContentType, attachment.Content);
    }

    private void Part(string contentType, byte[] content)
    {
        Header("Content-Type", contentType);
        Header("Content-Transfer-Encoding", "base64");
        text.Append(MimeText.LineEnd)
            .Append(Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks)) // Lines of 76, ended by CR LF.
            .Append(MimeText.LineEnd);
    }

    private void Multipart(string kind, IReadOnlyList<Action> parts)
    {
        // "=_" cannot stand in Base64; the same message has the same boundaries.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{boundarySeed}/{++boundaries}"));
        var boundary = "=_" + Convert.ToHexStringLower(hash.AsSpan(0, 12));
        Header("Content-Type", $"multipart/{kind}; boundary=\"{boundary}\"");
        foreach (var part in parts)
        {
            text.Append(MimeText.LineEnd).Append("--").Append(boundary).Append(MimeText.LineEnd);
            part();
        }

        text.Append(MimeText.LineEnd).Append("--").Append(boundary).Append("--").Append(MimeText.LineEnd);
    }
}
