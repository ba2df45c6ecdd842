using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Templates;

/// <summary><c>steps</c>: each settled step as <c>{output, status}</c>, made when asked for.</summary>
internal sealed class StepsMap(IReadOnlyDictionary<string, StepOutput> steps) : CelMap
{
    public override int Count => steps.Count;

    public override IEnumerable<KeyValuePair<CelValue, CelValue>> Entries =>
        steps.Select(s => KeyValuePair.Create(CelValue.Of(s.Key), Describe(s.Value)));

    public override bool TryGet(in CelValue key, out CelValue value)
    {
        value = default;
        if (key.Kind != CelKind.String || !steps.TryGetValue(key.AsString, out var step))
            return false;
        value = Describe(step);
        return true;
    }

    private static CelValue Describe(StepOutput step)
    {
        var entry = new CelDictionary();
        entry.TryAdd(CelValue.Of("status"), CelValue.Of(step.Status));
        if (step.Output is { } output)
            entry.TryAdd(CelValue.Of("output"), CelJson.Read(output));
        return CelValue.Of(entry);
    }
}

/// <summary><c>secrets</c>: read by name only, so that no expression can spill them all, and each read is noted.</summary>
internal sealed class SecretsMap(Func<string, string?>? find, Dictionary<string, string> read) : CelMap
{
    public override int Count => throw NotListed();

    public override IEnumerable<KeyValuePair<CelValue, CelValue>> Entries => throw NotListed();

    public override bool TryGet(in CelValue key, out CelValue value)
    {
        value = default;
        if (key.Kind != CelKind.String || find?.Invoke(key.AsString) is not { } secret)
            return false;
        read[key.AsString] = secret;
        value = CelValue.Of(secret);
        return true;
    }

    private static CelException NotListed() =>
        new(CelErrorCode.InvalidArgument, "Secrets can only be read one by one, as secrets.name.");
}
