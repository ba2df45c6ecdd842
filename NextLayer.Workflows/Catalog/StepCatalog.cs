using System.Collections.Frozen;

namespace NextLayer.Workflows.Catalog;

/// <summary>All step types.</summary>
public sealed class StepCatalog
{
    private readonly FrozenDictionary<string, StepType> _byName;

    private StepCatalog(StepType[] types)
    {
        _byName = types.ToFrozenDictionary(t => t.Type);
        Listed = [.. types.Where(t => t.IsListed)];
    }

    /// <summary>The types of this build.</summary>
    public static StepCatalog Default { get; } = new(
    [
        HttpRequestStep.Type,
        WebhookStep.Type,
        SendEmailStep.Type,
        LlmCallStep.Type,
        ConditionStep.Type,
        InlineCodeStep.Type,
        ForEachStep.Type,
        DatabaseQueryStep.Type,
        TransformStep.Type,
        DelayStep.Type,
        WaitForApprovalStep.Type,
        WaitForEventStep.Type,
        NoopStep.Type,
        ProviderCostsStep.Type,
    ]);

    /// <summary>What the palette shows, in its order.</summary>
    public IReadOnlyList<StepType> Listed { get; }

    /// <summary>The type of that name, or null.</summary>
    public StepType? Find(string type) => _byName.GetValueOrDefault(type);
}
