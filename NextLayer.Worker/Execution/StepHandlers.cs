using System.Collections.Frozen;

namespace NextLayer.Worker.Execution;

/// <summary>The step types this worker can carry out.</summary>
internal sealed class StepHandlers(IEnumerable<IStepHandler> handlers)
{
    private readonly FrozenDictionary<string, IStepHandler> byType = handlers.ToFrozenDictionary(h => h.Type);

    public IStepHandler? Find(string type) => byType.GetValueOrDefault(type);
}
