using System.Text.Json;
using NextLayer.Worker.Steps.Email;

namespace NextLayer.Worker.Steps.Approvals;

/// <summary>Whom an approval's <c>notify</c> names.</summary>
/// <param name="Mailboxes">Get one mail together.</param>
/// <param name="Addresses">Get a POST each.</param>
/// <param name="Unreadable">Places of entries that are neither; their texts may hold a key.</param>
internal sealed record NoticeReceivers(IReadOnlyList<EmailAddress> Mailboxes, IReadOnlyList<Uri> Addresses, IReadOnlyList<string> Unreadable)
{
    private const string Member = "notify";

    /// <summary>Whether there is anybody to be told.</summary>
    public static bool AnyIn(StepConfig config) => config.Find(Member) switch
    {
        null => false,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        _ => true,
    };

    public static NoticeReceivers Read(StepConfig config)
    {
        var entries = config.Texts(Member)
            .Select((text, index) => (Place: $"{Member}[{index}]", Mailbox: EmailAddress.TryParse(text), Address: WebAddress(text))).ToList();
        return new NoticeReceivers(
            [.. entries.Select(entry => entry.Mailbox).OfType<EmailAddress>()],
            [.. entries.Select(entry => entry.Address).OfType<Uri>().Distinct()],
            [.. entries.Where(entry => entry is { Mailbox: null, Address: null }).Select(entry => entry.Place)]);
    }

    private static Uri? WebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", UserInfo: "" } ? address : null;
}
