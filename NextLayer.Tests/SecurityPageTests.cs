using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace NextLayer.Tests;

/// <summary>Keeps <c>docs/security.md</c> true: the tests it names are there.</summary>
public sealed partial class SecurityPageTests
{
    private static readonly string[] Threats = [.. File.ReadAllLines(Page()).SkipWhile(line => line != "## Threats").TakeWhile(line => !line.StartsWith("## Secrets", StringComparison.Ordinal)).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];

    [Fact]
    public void Tests_NamedForAThreat_Exist()
    {
        var classes = typeof(SecurityPageTests).Assembly.GetTypes().Select(type => type.Name).ToHashSet();

        Assert.Empty(Threats.SelectMany(Names).Where(name => !name.EndsWith('*') && !classes.Contains(name)).ToList());
        Assert.True(Threats.Length > 15);
    }

    [Fact]
    public void Threats_HaveATestEach() => Assert.Empty(Threats.Where(threat => !Names(threat).Any()).ToList());

    private static IEnumerable<string> Names(string threat) => Name().Matches(threat.Split('|')[^2]).Select(match => match.Groups[1].Value);

    private static string Page([CallerFilePath] string test = "") =>
        Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(test))!, "docs", "security.md"); // The compiler gives a full path.

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
