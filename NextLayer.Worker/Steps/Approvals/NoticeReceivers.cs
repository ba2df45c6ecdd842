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
        var receivers = named.Select(text => (Text: text, Mailbox: EmailAddress.TryParse(text), Address: WebAddress(text))).ToList();
        if (receivers.FirstOrDefault(each => each is { Mailbox: null, Address: null }) is { Text: { } wrong })
            throw config.Wrong(Member, $"a list of mail addresses and of http or https addresses without a user name; '{wrong.ReplaceLineEndings(" ")}' is neither");
        return new NoticeReceivers([.. receivers.Select(each => each.Mailbox).OfType<EmailAddress>()], [.. receivers.Select(each => each.Address).OfType<Uri>()]);
    }

    private static Uri? WebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", UserInfo: "" } ? address : null;
}
