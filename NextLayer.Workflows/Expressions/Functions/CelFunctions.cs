using System.Collections.Frozen;

namespace NextLayer.Workflows.Expressions;

/// <summary>All functions by name. The lists stand in the files beside this one.</summary>
internal static class CelFunctions
{
    private static readonly FrozenDictionary<(string, bool), CelFunction> All =
        CelCoreFunctions.All
            .Concat(CelTextFunctions.All)
            .Concat(CelTimeFunctions.All)
            .Concat(CelMathFunctions.All)
            .Concat(CelListFunctions.All)
            .ToFrozenDictionary(f => (f.Name, f.IsMember));

    public static CelFunction? Find(string name, bool hasReceiver) => All.GetValueOrDefault((name, hasReceiver));
}
