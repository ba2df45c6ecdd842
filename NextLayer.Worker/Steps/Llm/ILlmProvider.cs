using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Llm;

/// <summary>Speaks one kind of API to language models.</summary>
internal interface ILlmProvider
{
    /// <summary>As <c>provider</c> spells it.</summary>
    string Name { get; }

    /// <summary>Gets what an attempt needs to ask: the connector, above all.</summary>
    /// <exception cref="StepFailure">There is none.</exception>
    Task<Ask> OpenAsync(StepContext context, CancellationToken ct);

    /// <summary>Asks once.</summary>
    /// <exception cref="StepFailure">There is no answer.</exception>
    delegate Task<LlmAnswer> Ask(LlmRequest request, CancellationToken ct);
}
