using System.Globalization;
using System.Text.Json;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>Reads members of providers' answers; what is not as documented fails the step, naming the member.</summary>
internal static class ProviderJson
{
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : throw Unexpected(name, "a list");

    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A number, or a text with one: money is read digit by digit and never through a float.</summary>
    public static decimal Decimal(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && TryDecimal(value) is { } number
            ? number
            : throw Unexpected(name, "a decimal number");

    public static decimal? TryDecimal(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetString(),
            _ => null,
        };
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    public static string Currency(this JsonElement json) =>
        json.Text("currency") is { Length: 3 } currency ? currency.ToUpperInvariant() : throw Unexpected("currency", "a currency such as USD");

    public static StepFailure Unexpected(string name, string expected) =>
        StepFailure.Of(ProviderCodes.Response, $"The provider's answer has no {name} that is {expected}.");
}
