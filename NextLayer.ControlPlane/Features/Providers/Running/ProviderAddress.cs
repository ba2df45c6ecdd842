using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Features.Providers.Running;

/// <summary>Which pipeline of which organisation a call's address names.</summary>
/// <param name="Domain">Empty where the address has none.</param>
internal sealed partial record ProviderAddress(string Org, string Provider, string Domain, string Pipeline)
{
    /// <summary>400 with every part that cannot be a name; null when all can.</summary>
    public ProblemHttpResult? Refuse()
    {
        var errors = new Dictionary<string, string[]>();
        if (!Slug().IsMatch(Org))
            errors["org"] = ["must be 3 to 50 letters, digits and underscores."];
        foreach (var (name, value) in new[] { ("provider", Provider), ("domain", Domain), ("pipeline", Pipeline) })
        {
            if (!Word().IsMatch(value) && (name != "domain" || value.Length > 0))
                errors[name] = ["must be 1 to 50 letters, digits, underscores and hyphens."];
        }

        return errors.Count == 0 ? null : Problems.Invalid(errors);
    }

    /// <summary>400 unless it can be an organisation's name.</summary>
    public static ProblemHttpResult? RefuseSlug(string org) =>
        Slug().IsMatch(org) ? null : Problems.Invalid("org", "must be 3 to 50 letters, digits and underscores.");

    public override string ToString() => Domain.Length == 0 ? $"{Provider}/{Pipeline}" : $"{Provider}/{Domain}/{Pipeline}";

    [GeneratedRegex(@"^[a-zA-Z0-9_]{3,50}\z")]
    private static partial Regex Slug();

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,50}\z")]
    private static partial Regex Word();
}
