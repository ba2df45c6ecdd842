using System.Text;
using System.Text.Json;

namespace NextLayer.ControlPlane.Features.Triggers.Webhooks;

/// <summary>What a run gets of a webhook's body: an object is its input; any other JSON value is its input's <c>body</c>; nothing is <c>{}</c>.</summary>
internal static class WebhookInput
{
    /// <param name="body">Sound JSON, or nothing.</param>
    /// <returns>Null when there are too many levels once it stands in an object.</returns>
    public static JsonElement? From(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body).Trim();
        if (text.Length == 0)
            return JsonElement.Parse("{}");
        try
        {
            return JsonElement.Parse(text[0] == '{' ? text : $$"""{"body": {{text}}}""");
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
