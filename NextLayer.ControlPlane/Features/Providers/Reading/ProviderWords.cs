namespace NextLayer.ControlPlane.Features.Providers.Reading;

/// <summary>The states of a run in the words of the Provider API.</summary>
internal static class ProviderWords
{
    public static string Of(string status) => status switch
    {
        "QUEUED" => "PENDING",
        "PAUSED" => "RUNNING",
        "SUCCEEDED" => "SUCCESS",
        _ => status,
    };

    /// <returns>The states of the database that a word stands for; null when it is none.</returns>
    public static string[]? Parse(string word) => word.ToUpperInvariant() switch
    {
        "PENDING" => ["QUEUED"],
        "RUNNING" => ["RUNNING", "PAUSED"],
        "SUCCESS" or "COMPLETED" => ["SUCCEEDED"],
        "FAILED" => ["FAILED"],
        "CANCELLED" => ["CANCELLED"],
        _ => null,
    };
}
