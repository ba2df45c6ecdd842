using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Providers;
using NextLayer.Contracts.Runs;
using NextLayer.ControlPlane.Features.Providers.Registry;
using NextLayer.ControlPlane.Features.Quotas;
using NextLayer.ControlPlane.Features.Runs.Creating;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;

namespace NextLayer.ControlPlane.Features.Providers.Running;

/// <summary>Starts provider pipelines: checks in the order the Provider API promises, the quota last and with the run itself.</summary>
internal sealed class ProviderRunStarter(
    ProviderRegistry registry, Organisations organisations, ProviderVersions versions, RunCreator creator, IdempotentAnswers answers)
{
    // A version can cease to be approved between the look and the insert; more than a few times in a row it does not.
    private const int MaxTries = 3;

    // None of the providers is older.
    private const int FirstYear = 2000;

    /// <param name="organisation">The caller may act in it.</param>
    public async Task<IResult> StartAsync(
        Organisation organisation, ProviderAddress address, RunProviderPipelineRequest? request, IdempotencyRequest? key, CancellationToken ct)
    {
        var date = request?.Date ?? organisation.Yesterday;
        if (RefuseDate(date, organisation.Yesterday.AddDays(1)) is { } badDate)
            return badDate;
        var known = registry.Current;
        if (known.Find(address.Provider, address.Domain, address.Pipeline) is not { View.Enabled: true } entry)
            return Unknown(address, known);
        if (Organisations.RefuseBilling(organisation) is { } inactive)
            return inactive;
        var (connector, unusable) = Choose(entry, await organisations.IntegrationsAsync(organisation.TenantId, entry.ConnectorType, request?.Connector, ct));
        if (connector is not { } connectorId)
            return unusable!; // One of the two is there.
        return await StartAsync(organisation, entry, date, connectorId, key, ct);
    }

    private async Task<IResult> StartAsync(
        Organisation organisation, ProviderEntry entry, DateOnly date, Guid connectorId, IdempotencyRequest? key, CancellationToken ct)
    {
        var parameters = new Dictionary<string, string> { ["date"] = Text(date), ["connector"] = connectorId.ToString() };
        for (var tries = 1; ; tries++)
        {
            var wish = new RunWish(new CreateRunRequest
            {
                TenantId = organisation.TenantId,
                PipelineVersionId = await versions.EnsureAsync(organisation.TenantId, entry, ct),
                TriggerType = "api",
                Parameters = JsonSerializer.SerializeToElement(parameters, NextLayerJson.Options),
            })
            {
                InputPath = "$",
                Answer = created => RunAnswer.Of(StatusCodes.Status200OK, location: null, Answer(created, entry, date)),
            };
            var outcome = await creator.CreateAsync(wish, key, ct);
            IResult? answer = outcome switch
            {
                CreateOutcome.Created made => TypedResults.Ok(Answer(made.Run, entry, date)),
                CreateOutcome.KeyTaken => await answers.ReplayAsync(key!, ct), // Only a call with a key can find it taken.
                CreateOutcome.QuotaExceeded { Quota: { } quota } => QuotaAnswers.Refuse(quota),
                CreateOutcome.BadParameters bad => Problems.Invalid(bad.Errors),
                _ when tries == MaxTries => Problems.Conflict("pipeline_changing", "The pipeline's versions keep being changed at the same moment. Try again."),
                _ => null,
            };
            if (answer is not null)
                return answer.With(outcome.Quota);
        }
    }

    private static ProviderRunStarted Answer(RunCreated run, ProviderEntry entry, DateOnly date) =>
        new() { RunId = run.Id, Message = $"Pipeline {entry.Id} is queued for {Text(date)}." };

    private static ProblemHttpResult Unknown(ProviderAddress address, ProviderRegistryContent known) => Problems.Make(
        StatusCodes.Status404NotFound,
        "unknown_pipeline",
        $"Unknown pipeline {address}. There are {string.Join(", ", known.Entries.Where(e => e.View.Enabled).Select(AddressOf))}.");

    private static string AddressOf(ProviderEntry entry) =>
        new ProviderAddress("", entry.View.Provider, entry.View.Domain, entry.View.Pipeline).ToString();

    private static (Guid? Connector, ProblemHttpResult? Refusal) Choose(ProviderEntry entry, IReadOnlyList<Integration> found)
    {
        const string active = "ACTIVE";
        var usable = found.Where(i => i.Status == active).ToList();
        var integration = entry.View.RequiredIntegration;
        return usable switch
        {
            [var only] => (only.ConnectorId, null),
            [] => (null, Problems.Conflict(
                "integration_not_configured",
                $"Required integration \"{integration}\" is not configured."
                + (found.Count > 0 ? $" Its connector {found[0].ConnectorId} is {found[0].Status} and has to be ACTIVE." : $" It needs an ACTIVE connector of type {entry.ConnectorType}."))),
            _ => (null, Problems.Conflict(
                "integration_ambiguous",
                $"Required integration \"{integration}\" is configured more than once; name one of the ACTIVE connectors of type {entry.ConnectorType} in connector.")),
        };
    }

    private static ProblemHttpResult? RefuseDate(DateOnly date, DateOnly today) =>
        date > today ? Problems.Invalid("date", $"must not be after today, {Text(today)} (UTC).")
        : date.Year < FirstYear ? Problems.Invalid("date", $"must not be before {FirstYear}.")
        : null;

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
