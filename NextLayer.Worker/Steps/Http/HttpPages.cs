using System.Text.Json;
using System.Text.RegularExpressions;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Http;

/// <summary>Where the items of a page and the address of the next are.</summary>
internal static partial class HttpPages
{
    /// <summary>Follows a path of names and list positions, such as <c>data.items</c> or <c>pages.0.next</c>.</summary>
    public static JsonElement? Find(JsonElement? value, string path)
    {
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (value is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(part, out var member))
                value = member;
            else if (value is { ValueKind: JsonValueKind.Array } list && int.TryParse(part, out var index) && index >= 0 && index < list.GetArrayLength())
                value = list[index];
            else
                return null;
        }

        return value is { ValueKind: JsonValueKind.Null } ? null : value;
    }

    /// <summary>Address of the page after this one, or null on the last.</summary>
    /// <param name="paginate">The step's settings.</param>
    /// <param name="first">Address of the first page.</param>
    /// <param name="reply">The page.</param>
    /// <param name="body">Its body.</param>
    /// <param name="number">1 for the first page.</param>
    /// <param name="items">Number of items on the page.</param>
    public static Uri? Next(PaginateConfig paginate, Uri first, HttpReply reply, JsonElement? body, int number, int items)
    {
        if (paginate.Param is { } param)
            return items == 0 ? null : PageUrl(first, param, paginate.Start + number);
        var next = paginate.NextUrl == "link" ? FromLinkHeader(reply) : Find(body, paginate.NextUrl!)?.ToString(); // One of the two is set.
        if (string.IsNullOrEmpty(next))
            return null;
        return Uri.TryCreate(reply.Url, next, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw StepFailure.Of("RESPONSE_INVALID", $"Page {number} names a next page that is no http or https address.");
    }

    public static Uri PageUrl(Uri first, string param, int page)
    {
        var others = first.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Where(p => Uri.UnescapeDataString(p.Split('=')[0]) != param);
        var counted = $"{Uri.EscapeDataString(param)}={page}";
        return new UriBuilder(first) { Query = string.Join('&', others.Append(counted)) }.Uri;
    }

    private static string? FromLinkHeader(HttpReply reply) =>
        reply.Headers.TryGetValue("link", out var links) && NextLink().Match(links) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex("<([^>]+)>[^,]*;\\s*rel=\"?next\"?", RegexOptions.IgnoreCase)]
    private static partial Regex NextLink();
}
