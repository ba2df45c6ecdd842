using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Registry;

internal static class Zones
{
    /// <returns>Null when the zone is known, or not given.</returns>
    public static ProblemHttpResult? Refuse(string? zone) =>
        zone is null || (TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) && found.HasIanaId)
            ? null
            : Problems.Invalid("timezone", $"must be an IANA time zone, as Europe/Berlin; {zone} is none.");
}
