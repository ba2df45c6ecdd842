using System.Text.Json;
using NextLayer.Worker.Steps.Email;

namespace NextLayer.Worker.Steps.Approvals;

/// <summary>Whom an approval's <c>notify</c> names.</summary>
/// <param name="Mailboxes">Get one mail together.</param>
/// <param name="Addresses">Get a POST each.</param>
internal sealed record NoticeReceivers(IReadOnlyList<EmailAddress> Mailboxes, IReadOnlyList<Uri> Addresses)
{
    private const string Member = "notify";
    private const int Most = 50;

    public string MailboxesShown => string.Join(", ", Mailboxes.Select(mailbox => mailbox.Address));

    /// <summary>Whether there is anybody to be told.</summary>
    public static bool AnyIn(StepConfig config) => config.Find(Member) switch
    {
        null => false,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        _ => true,
    };

    /// <exception cref="StepConfigException">An entry is neither a mailbox nor a web address.</exception>
    public static NoticeReceivers Read(StepConfig config)
    {
        var named = config.Texts(Member).Where(text => text.Length > 0).ToList();
        if (named.Count > Most)
            throw config.Wrong(Member, $"a list of at most {Most} entries");
        var addresses = named.Select(WebAddress).ToList();
        return new NoticeReceivers(
            [.. named.Where((_, index) => addresses[index] is null).Select(text => EmailAddress.Parse(text, config, Member))],
            [.. addresses.OfType<Uri>()]);
    }

    private static Uri? WebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;
}
