namespace NextLayer.Demo.Providers;

/// <summary>What the demo's organisation used on a day: made up, but always the same for the same day.</summary>
internal static class ProviderBooks
{
    /// <summary>Pages are this short so that there are several.</summary>
    public const int PageSize = 2;

    public sealed record ModelUse(string Model, long InputTokens, long OutputTokens, long Requests, decimal InputPrice, decimal OutputPrice)
    {
        /// <summary>Dollars; prices are per million tokens.</summary>
        public decimal InputCost => InputTokens * InputPrice / 1_000_000m;

        public decimal OutputCost => OutputTokens * OutputPrice / 1_000_000m;
    }

    public sealed record SkuUse(string Service, string Sku, string SkuId, string Unit, decimal Quantity, decimal Cost);

    public static IReadOnlyList<ModelUse> OpenAi(DateOnly day) =>
    [
        new("gpt-4.1", Vary(day, 1, 900_000, 2_400_000), Vary(day, 2, 200_000, 600_000), Vary(day, 3, 400, 1200), 2.00m, 8.00m),
        new("gpt-4.1-mini", Vary(day, 4, 3_000_000, 9_000_000), Vary(day, 5, 700_000, 1_900_000), Vary(day, 6, 2000, 6000), 0.40m, 1.60m),
        new("o4-mini", Vary(day, 7, 300_000, 800_000), Vary(day, 8, 500_000, 900_000), Vary(day, 9, 100, 300), 1.10m, 4.40m),
    ];

    public static IReadOnlyList<ModelUse> Anthropic(DateOnly day) =>
    [
        new("claude-opus-4", Vary(day, 11, 200_000, 700_000), Vary(day, 12, 60_000, 160_000), Vary(day, 13, 60, 200), 15.00m, 75.00m),
        new("claude-sonnet-4", Vary(day, 14, 1_500_000, 4_000_000), Vary(day, 15, 400_000, 900_000), Vary(day, 16, 700, 2000), 3.00m, 15.00m),
    ];

    public static IReadOnlyList<SkuUse> Gcp(DateOnly day) =>
    [
        new("Compute Engine", "E2 Instance Core running in Belgium", "9FE0-8F60-A9F0", "hour", Vary(day, 21, 180, 260), Vary(day, 22, 480, 690) / 100m),
        new("Compute Engine", "E2 Instance Ram running in Belgium", "F268-6CE7-AC16", "gibibyte hour", Vary(day, 23, 700, 1000), Vary(day, 24, 240, 360) / 100m),
        new("Cloud Storage", "Standard Storage Belgium", "A703-5CB6-22BE", "gibibyte month", Vary(day, 25, 900, 1100) / 30m, Vary(day, 26, 6000, 7500) / 10_000m),
        new("BigQuery", "Analysis (eu)", "E4B5-6AD7-1C90", "tebibyte", Vary(day, 27, 20, 400) / 1000m, Vary(day, 28, 1250, 250_000) / 100_000m),
        new("Networking", "Network Internet Egress EMEA", "2B8F-1A4C-77D0", "gibibyte", Vary(day, 29, 10, 90), Vary(day, 30, 8000, 720_000) / 100_000m),
    ];

    /// <summary>A number of the day: spread like chance, and always the same.</summary>
    private static long Vary(DateOnly day, int salt, long least, long most)
    {
        var mixed = (ulong)(day.DayNumber * 2_654_435_761L) ^ ((ulong)salt * 0x9E37_79B9_7F4A_7C15);
        mixed ^= mixed >> 29;
        mixed *= 0xBF58_476D_1CE4_E5B9;
        mixed ^= mixed >> 32;
        return least + (long)(mixed % (ulong)(most - least));
    }
}
