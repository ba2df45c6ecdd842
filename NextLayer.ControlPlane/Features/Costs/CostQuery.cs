using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Validation;

namespace NextLayer.ControlPlane.Features.Costs;

/// <summary>The query string of <c>GET /api/v1/costs</c>.</summary>
[QueryParameters]
internal sealed record CostQuery(
    [property: FromQuery(Name = "from"), Description("First day, UTC; 29 days before the last when absent.")] DateOnly? From = null,
    [property: FromQuery(Name = "to"), Description("Last day, UTC; today when absent.")] DateOnly? To = null,
    [property: StringLength(50), FromQuery(Name = "provider"), Description("Only this provider's costs: openai, anthropic, gcp.")] string? Provider = null,
    [property: FromQuery(Name = "group_by"), Description("provider, service or sku_or_model (also sku or model).")] string? GroupBy = null);

/// <summary>What is asked for, with nothing left open.</summary>
internal sealed record CostRange(DateOnly From, DateOnly To, string? Provider, string GroupBy)
{
    private const int MostDays = 366;

    /// <summary>Null with a problem that says why.</summary>
    public static CostRange? TryCreate(CostQuery query, DateOnly today, out ProblemHttpResult? problem)
    {
        problem = null;
        var to = query.To ?? today;
        var from = query.From ?? (to.DayNumber > 29 ? to.AddDays(-29) : DateOnly.MinValue);
        var group = query.GroupBy?.ToLowerInvariant() switch
        {
            null or "provider" => "provider",
            "service" => "service",
            "sku" or "model" or "sku_or_model" => "sku_or_model",
            _ => null,
        };
        if (from > to)
            problem = Problems.Invalid("from", "must not be after to.");
        else if (to.DayNumber - from.DayNumber >= MostDays)
            problem = Problems.Invalid("from", $"must be less than {MostDays} days before to.");
        else if (group is null)
            problem = Problems.Invalid("group_by", "must be provider, service or sku_or_model.");
        return problem is null ? new CostRange(from, to, query.Provider, group!) : null; // No problem: it is one of them.
    }
}
