using System.Text.RegularExpressions;

namespace NextLayer.Workflows.Schemas;

/// <summary>Regular expressions from people we do not know.</summary>
internal static class SchemaPatterns
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(100);

    /// <exception cref="ArgumentException">The pattern does not parse.</exception>
    public static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Timeout);
        }
        catch (NotSupportedException)
        {
            // Look-arounds and back-references need backtracking; the time-out bounds it.
            return new Regex(pattern, RegexOptions.CultureInvariant, Timeout);
        }
    }

    /// <summary>False also when the time-out struck: what cannot be shown to match does not.</summary>
    public static bool Fits(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
