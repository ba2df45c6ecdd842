using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Llm;

/// <summary>
/// <c>llm_call</c>: asks a model for text, for data of a given shape, or for a class. An answer that cannot be used is
/// sent back with what is wrong with it, a few times.
/// </summary>
internal sealed class LlmCallStep(IEnumerable<ILlmProvider> providers) : IStepHandler
{
    public string Type => "llm_call";

    public async Task<StepResult> ExecuteAsync(StepContext context, CancellationToken ct)
    {
        var config = LlmConfig.Read(context.Config);
        var provider = providers.FirstOrDefault(p => p.Name == config.Provider)
            ?? throw new StepConfigException($"config.provider must be one of {string.Join(", ", providers.Select(p => p.Name))}, not '{config.Provider}'.");
        var ask = await provider.OpenAsync(context, ct);
        return await new LlmConversation(config, ask, context.Log).ToResultAsync(ct);
    }
}
