using NextLayer.Contracts.Providers;
using NextLayer.Worker.Connectors;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>Knows how one provider tells what a day cost.</summary>
internal interface ICostProvider
{
    /// <summary>As <c>config.provider</c> names it.</summary>
    string Name { get; }

    /// <summary>Types of connectors that hold its credentials; the first is looked for where the step names none.</summary>
    IReadOnlyList<string> ConnectorTypes { get; }

    /// <summary>The day's rows, always in the same order, page after page as they are asked for.</summary>
    /// <exception cref="StepFailure">The provider does not answer as it should.</exception>
    IAsyncEnumerable<CostRow> FetchAsync(StepContext context, Connector connector, DateOnly date, CancellationToken ct);
}
