using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Registry;

namespace NextLayer.ControlPlane.Features.Runs.Reading;

/// <summary>The least level of a log's lines, as query strings name it.</summary>
internal static class LogLevels
{
    /// <param name="least">Null for all.</param>
    /// <returns>Null, or the refusal of a word that is no level.</returns>
    public static ProblemHttpResult? TryRead(string? level, out RunLogLevel? least)
    {
        least = null;
        if (level is null)
            return null;
        if (!EnumText.TryParse<RunLogLevel>(level, out var parsed))
            return Problems.Invalid("level", $"must be one of {string.Join(", ", EnumText.All<RunLogLevel>())}.");
        least = parsed;
        return null;
    }
}
