using System.Text.RegularExpressions;

namespace NextLayer.ControlPlane.Features.Runs.Labels;

/// <summary>What labels may be, wherever they come from.</summary>
internal static partial class LabelRules
{
    public const int MaxLabels = 16;
    public const int MaxKey = 63;
    public const int MaxValue = 255;

    /// <summary>One pair as it is found by: no key has an equals sign, so that it reads one way only.</summary>
    public static string Pair(string key, string value) => $"{key}={value}";

    /// <summary>Whether the text is such a pair.</summary>
    public static bool IsPair(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var end and > 0 && Key().IsMatch(text[..end]) && text.Length - end - 1 <= MaxValue;

    /// <summary>Sentences by path; null when nothing is wrong.</summary>
    /// <param name="labels">Null values stand for labels to be removed, where that makes sense.</param>
    /// <param name="path">Where they stand in the request: <c>labels</c>, <c>runs[3].labels</c>.</param>
    /// <param name="mayRemove">Whether a value may be null.</param>
    public static Dictionary<string, string[]>? Check(IEnumerable<KeyValuePair<string, string?>>? labels, string path, bool mayRemove = false)
    {
        Dictionary<string, string[]>? errors = null;
        var count = 0;
        foreach (var (key, value) in labels ?? [])
        {
            count++;
            if (!Key().IsMatch(key))
                (errors ??= [])[$"{path}.{key}"] = [$"must have a key of 1 to {MaxKey} letters, digits, or any of . _ / -."];
            else if (value is null ? !mayRemove : value.Length > MaxValue)
                (errors ??= [])[$"{path}.{key}"] = [$"must be a text of at most {MaxValue} characters."];
        }

        if (count > MaxLabels)
            (errors ??= [])[path] = [$"must have at most {MaxLabels} labels."];
        return errors;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._/-]{1,63}\z")]
    private static partial Regex Key();
}
