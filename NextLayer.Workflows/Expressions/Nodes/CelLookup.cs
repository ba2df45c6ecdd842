namespace NextLayer.Workflows.Expressions;

/// <summary>Finding an element of a list or map.</summary>
internal static class CelLookup
{
    public static CelValue Find(in CelValue target, in CelValue key)
    {
        switch (target.Kind)
        {
            case CelKind.Map:
                return FindKey(target.AsMap, key);
            case CelKind.List:
                return FindIndex(target.AsList, key);
            case CelKind.Null when key.Kind == CelKind.String:
                return CelValue.Error(CelErrorCode.NoSuchKey, $"No such key: '{key.AsString}', because the value is null.");
            default:
                return key.Kind == CelKind.String
                    ? CelValue.Error(CelErrorCode.NoSuchKey, $"No such key: '{key.AsString}', because the value is a {target.TypeName}.")
                    : CelValue.Error(CelErrorCode.NoSuchOverload, $"A {target.TypeName} has no elements.");
        }
    }

    /// <summary>The element as an optional, which is none where there is no such element.</summary>
    public static CelValue Optional(in CelValue target, in CelValue key)
    {
        if (target.Kind == CelKind.Optional)
            return target.AsOptional is { } inner ? Optional(inner, key) : target;
        var found = Find(target, key);
        if (!found.IsError)
            return CelValue.Optional(found);
        return found.AsError.Code is CelErrorCode.NoSuchKey or CelErrorCode.IndexOutOfRange ? CelValue.Optional(null) : found;
    }

    private static CelValue FindKey(CelMap map, in CelValue key)
    {
        if (key.Kind is not (CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Bool or CelKind.Double))
            return CelValue.Error(CelErrorCode.NoSuchOverload, $"A {key.TypeName} cannot be a key.");
        return map.TryGet(key, out var value)
            ? value
            : CelValue.Error(CelErrorCode.NoSuchKey, $"No such key: '{CelConversions.ToText(key)}'.");
    }

    private static CelValue FindIndex(CelList list, in CelValue key)
    {
        long index;
        switch (key.Kind)
        {
            case CelKind.Int:
                index = key.AsInt;
                break;
            case CelKind.Uint when key.AsUint <= long.MaxValue:
                index = (long)key.AsUint;
                break;
            case CelKind.Double when Math.Truncate(key.AsDouble) == key.AsDouble && Math.Abs(key.AsDouble) < int.MaxValue:
                index = (long)key.AsDouble;
                break;
            case CelKind.Double or CelKind.Uint:
                return CelValue.Error(CelErrorCode.InvalidArgument, "A list index must be a whole number.");
            case CelKind.String:
                return CelValue.Error(CelErrorCode.NoSuchKey, $"No such key: '{key.AsString}', because the value is a list.");
            default:
                return CelValue.Error(CelErrorCode.NoSuchOverload, $"A list cannot be indexed by a {key.TypeName}.");
        }
        return index >= 0 && index < list.Count
            ? list.Items[index]
            : CelValue.Error(CelErrorCode.IndexOutOfRange, $"Index {index} is outside the list of {list.Count}.");
    }
}
