using System.ComponentModel.DataAnnotations;

namespace NextLayer.ControlPlane.Platform.Validation;

/// <summary>Says a broken annotation in the words of the API.</summary>
internal static class RuleSentences
{
    public static void Check(ValidationAttribute[] rules, object? value, string path, ref Dictionary<string, string[]>? errors)
    {
        foreach (var rule in rules)
        {
            if (!rule.IsValid(value))
                (errors ??= []).TryAdd(path, [Say(rule)]);
        }
    }

    private static string Say(ValidationAttribute rule) => rule switch
    {
        StringLengthAttribute { MinimumLength: 0 } text => $"must have at most {text.MaximumLength:N0} characters.",
        StringLengthAttribute text => $"must have {text.MinimumLength:N0} to {text.MaximumLength:N0} characters.",
        RangeAttribute { Maximum: int.MaxValue } range => $"must be {range.Minimum} or more.",
        RangeAttribute range => $"must be {range.Minimum} to {range.Maximum}.",
        LengthAttribute { MinimumLength: 0 } length => $"must have at most {length.MaximumLength:N0} items.",
        LengthAttribute length => $"must have {length.MinimumLength:N0} to {length.MaximumLength:N0} items.",
        RequiredAttribute => "is required.",
        _ => rule.ErrorMessage ?? "is not valid.",
    };
}
