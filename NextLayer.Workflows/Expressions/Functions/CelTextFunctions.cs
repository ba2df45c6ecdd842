using System.Text;
using static NextLayer.Workflows.Expressions.CelFunction;

namespace NextLayer.Workflows.Expressions;

/// <summary>Functions on strings, which count code points; and base64.</summary>
internal static class CelTextFunctions
{
    public static IEnumerable<CelFunction> All =>
    [
        OnTwo("contains", static (s, t) => s.Contains(t, StringComparison.Ordinal)),
        OnTwo("startsWith", static (s, t) => s.StartsWith(t, StringComparison.Ordinal)),
        OnTwo("endsWith", static (s, t) => s.EndsWith(t, StringComparison.Ordinal)),
        Global("matches", 2, Matches),
        Member("matches", 2, Matches),
        OnOne("lowerAscii", static s => MapAscii(s, char.IsAsciiLetterUpper, 32)),
        OnOne("upperAscii", static s => MapAscii(s, char.IsAsciiLetterLower, -32)),
        OnOne("trim", static s => s.Trim()),
        Member("reverse", 1, Reverse),
        Member("charAt", 2, CharAt),
        Member("indexOf", 2, 3, static (a, b) => IndexOf(a, b, isLast: false)),
        Member("lastIndexOf", 2, 3, static (a, b) => IndexOf(a, b, isLast: true)),
        Member("substring", 2, 3, Substring),
        Member("replace", 3, 4, Replace),
        Member("split", 2, 3, Split),
        Member("join", 1, 2, Join),
        Global("strings.quote", 1, static (a, b) => a[0].Kind == CelKind.String ? Quote(a[0].AsString, b) : NoOverload),
        Global("base64.encode", 1, static (a, b) => a[0].Kind == CelKind.Bytes ? CelValue.Of(Charged(Convert.ToBase64String(a[0].AsBytes), b)) : NoOverload),
        Global("base64.decode", 1, DecodeBase64),
    ];

    private static CelFunction OnOne(string name, Func<string, string> body) => Member(name, 1, (a, budget) =>
        a[0].Kind == CelKind.String ? CelValue.Of(body(Charged(a[0].AsString, budget))) : NoOverload);

    private static CelFunction OnTwo(string name, Func<string, string, bool> body) => Member(name, 2, (a, budget) =>
        a[0].Kind == CelKind.String && a[1].Kind == CelKind.String
            ? CelValue.Of(body(Charged(a[0].AsString, budget), Charged(a[1].AsString, budget)))
            : NoOverload);

    private static CelValue Matches(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        if (a[0].Kind != CelKind.String || a[1].Kind != CelKind.String)
            return NoOverload;
        // Making the automaton costs far more than running it over a short text.
        budget.Charge(10 + (a[1].AsString.Length / 4));
        budget.Charge((long)a[0].AsString.Length / 16);
        return CelRegex.TryGet(a[1].AsString, out var regex, out var error)
            ? CelValue.Of(regex.IsMatch(a[0].AsString))
            : CelValue.Error(error);
    }

    private static CelValue Reverse(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        switch (a[0].Kind)
        {
            case CelKind.String:
                return CelValue.Of(CelText.Reverse(Charged(a[0].AsString, budget)));
            case CelKind.List:
                budget.Charge(a[0].AsList.Count);
                return CelValue.Of([.. a[0].AsList.Items.AsEnumerable().Reverse()]);
            default:
                return NoOverload;
        }
    }

    private static CelValue CharAt(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        if (a[0].Kind != CelKind.String || a[1].Kind != CelKind.Int)
            return NoOverload;
        var text = Charged(a[0].AsString, budget);
        var offset = CelText.OffsetOf(text, a[1].AsInt);
        if (offset < 0)
            return OutOfRange(a[1].AsInt);
        return CelValue.Of(offset == text.Length ? "" : text.Substring(offset, CelText.UnitsAt(text, offset)));
    }

    private static CelValue IndexOf(ReadOnlySpan<CelValue> a, CelBudget budget, bool isLast)
    {
        if (a[0].Kind != CelKind.String || a[1].Kind != CelKind.String || (a.Length == 3 && a[2].Kind != CelKind.Int))
            return NoOverload;
        var text = Charged(a[0].AsString, budget);
        var sought = a[1].AsString;
        budget.ChargeText((long)text.Length * Math.Min(sought.Length, 64) / 16);
        var from = isLast ? text.Length : 0;
        if (a.Length == 3 && (from = CelText.OffsetOf(text, a[2].AsInt)) < 0)
            return OutOfRange(a[2].AsInt);
        var found = isLast
            ? text.AsSpan(0, (int)Math.Min(text.Length, (long)from + sought.Length)).LastIndexOf(sought, StringComparison.Ordinal)
            : text.IndexOf(sought, from, StringComparison.Ordinal);
        return CelValue.Of(found < 0 ? -1L : CelText.IndexAt(text, found));
    }

    private static CelValue Substring(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        if (a[0].Kind != CelKind.String || a[1].Kind != CelKind.Int || (a.Length == 3 && a[2].Kind != CelKind.Int))
            return NoOverload;
        var text = Charged(a[0].AsString, budget);
        var start = CelText.OffsetOf(text, a[1].AsInt);
        var end = a.Length == 3 ? CelText.OffsetOf(text, a[2].AsInt) : text.Length;
        if (start < 0 || end < start)
            return OutOfRange(start < 0 ? a[1].AsInt : a[^1].AsInt);
        return CelValue.Of(text[start..end]);
    }

    private static CelValue Replace(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        if (a[0].Kind != CelKind.String || a[1].Kind != CelKind.String || a[2].Kind != CelKind.String
            || (a.Length == 4 && a[3].Kind != CelKind.Int))
            return NoOverload;
        var (text, old, replacement) = (Charged(a[0].AsString, budget), a[1].AsString, a[2].AsString);
        var limit = a.Length == 4 && a[3].AsInt >= 0 ? a[3].AsInt : long.MaxValue;
        var output = new StringBuilder();
        var at = 0;
        for (; limit > 0; limit--)
        {
            var found = old.Length > 0 ? text.IndexOf(old, at, StringComparison.Ordinal) : at;
            if (found < 0)
                break;
            budget.ChargeText(replacement.Length + CelBudget.CharactersPerStep);
            output.Append(text, at, found - at).Append(replacement);
            at = found + old.Length;
            if (old.Length > 0)
                continue;
            // An empty "old" stands before every code point and at the end.
            if (at >= text.Length)
                break;
            var units = CelText.UnitsAt(text, at);
            output.Append(text, at, units);
            at += units;
        }
        return CelValue.Of(output.Append(text, at, text.Length - at).ToString());
    }

    private static CelValue Split(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        if (a[0].Kind != CelKind.String || a[1].Kind != CelKind.String || (a.Length == 3 && a[2].Kind != CelKind.Int))
            return NoOverload;
        var (text, separator) = (Charged(a[0].AsString, budget), a[1].AsString);
        var limit = a.Length == 3 && a[2].AsInt >= 0 ? (int)Math.Min(a[2].AsInt, int.MaxValue) : int.MaxValue;
        var parts = limit == 0 ? [] : separator.Length > 0 ? text.Split(separator, limit) : Letters(text, limit);
        budget.Charge(parts.Length);
        return CelValue.Of(Array.ConvertAll(parts, CelValue.Of));
    }

    private static string[] Letters(string text, int limit)
    {
        var letters = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var units = letters.Count == limit - 1 ? text.Length - at : CelText.UnitsAt(text, at);
            letters.Add(text.Substring(at, units));
            at += units;
        }
        return [.. letters];
    }

    private static CelValue Join(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        if (a[0].Kind != CelKind.List || (a.Length == 2 && a[1].Kind != CelKind.String))
            return NoOverload;
        var separator = a.Length == 2 ? a[1].AsString : "";
        var output = new StringBuilder();
        var isFirst = true;
        foreach (ref readonly var item in a[0].AsList.Items.AsSpan())
        {
            if (item.IsError)
                return item;
            if (item.Kind != CelKind.String)
                return CelValue.Error(CelErrorCode.NoSuchOverload, $"join() joins strings, and one element is a {item.TypeName}.");
            budget.ChargeText(item.AsString.Length + separator.Length + CelBudget.CharactersPerStep);
            output.Append(isFirst ? "" : separator).Append(item.AsString);
            isFirst = false;
        }
        return CelValue.Of(output.ToString());
    }

    private static CelValue Quote(string text, CelBudget budget)
    {
        var output = new StringBuilder(Charged(text, budget).Length + 2).Append('"');
        foreach (var c in text)
        {
            var at = "\a\b\f\n\r\t\v\\\"".IndexOf(c);
            output.Append(at >= 0 ? "\\" + "abfnrtv\\\""[at] : c.ToString());
        }
        return CelValue.Of(output.Append('"').ToString());
    }

    private static CelValue DecodeBase64(ReadOnlySpan<CelValue> a, CelBudget budget)
    {
        if (a[0].Kind != CelKind.String)
            return NoOverload;
        var text = Charged(a[0].AsString, budget);
        var bytes = new byte[text.Length];
        // The padding may be missing.
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length)
            ? CelValue.Of(bytes[..length])
            : CelValue.Error(CelErrorCode.InvalidArgument, "The text is not base64.");
    }

    private static string MapAscii(string text, Func<char, bool> applies, int shift) => string.Create(text.Length, (text, applies, shift), static (span, s) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = s.applies(s.text[i]) ? (char)(s.text[i] + s.shift) : s.text[i];
    });

    private static string Charged(string text, CelBudget budget)
    {
        budget.ChargeText(text.Length);
        return text;
    }

    private static CelValue OutOfRange(long index) =>
        CelValue.Error(CelErrorCode.IndexOutOfRange, $"Index {index} is outside the text.");
}
