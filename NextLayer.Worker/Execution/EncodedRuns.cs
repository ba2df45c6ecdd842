using System.Text;
using System.Text.RegularExpressions;

namespace NextLayer.Worker.Execution;

/// <summary>Looks into runs of a text that may be Base64, in either alphabet, or hexadecimal digits.</summary>
internal static partial class EncodedRuns
{
    /// <summary>Puts <paramref name="mask"/> in place of each run that stands for a text one must not read.</summary>
    public static string Replace(string text, Func<string, bool> isSecret, string mask) =>
        Run().Replace(text, run => Readings(run.Value).Any(isSecret) ? mask : run.Value);

    // What stands before the run may be of the same alphabet, so it may begin anywhere in a group.
    private static IEnumerable<string> Readings(string run)
    {
        var base64 = run.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        for (var from = 0; from < 4; from++)
        {
            var whole = (base64.Length - from) / 4 * 4;
            var rest = (base64.Length - from) % 4;
            var part = base64.Substring(from, whole + (rest > 1 ? rest : 0));
            yield return Encoding.UTF8.GetString(Convert.FromBase64String(rest > 1 ? part + new string('=', 4 - rest) : part));
        }

        if (!run.All(char.IsAsciiHexDigit))
            yield break;
        for (var from = 0; from < 2; from++)
            yield return Encoding.UTF8.GetString(Convert.FromHexString(run.AsSpan(from, (run.Length - from) / 2 * 2)));
    }

    [GeneratedRegex("[A-Za-z0-9+/_-]{12,}={0,2}")]
    private static partial Regex Run();
}
