using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace NextLayer.Tests;

/// <summary>No secret stands in a file that is handed on with the source.</summary>
public sealed partial class ConfigurationFilesTests
{
    private static readonly string[] Kinds = [".json", ".yml", ".yaml", ".env", ".config", ".props", ".sh", ".toml", ".xml"];
    private static readonly string[] Elsewhere = ["bin", "obj", "node_modules", "dist", ".git", ".data", "coverage", "TestResults", "test-results"];

    [Fact]
    public void Files_OfConfiguration_HoldNoSecret()
    {
        var root = Root();
        var files = Files(root).Where(file => !Path.GetFileName(file).StartsWith("package-lock", StringComparison.Ordinal) && !file.Contains(".approved.", StringComparison.Ordinal)).ToList();

        Assert.Contains(files, file => file.EndsWith("appsettings.json", StringComparison.Ordinal));
        Assert.Empty(files.SelectMany(file => File.ReadLines(file).Where(HoldsSecret).Select(_ => Path.GetRelativePath(root, file))).ToList());
    }

    [Theory]
    [InlineData("""  "Password": "hunter22",""", true)]
    [InlineData("api_key: sk-live-abcdefgh", true)]
    [InlineData("""  "token": "{{ secrets.token }}",""", false)]
    [InlineData("""  "secret": "",""", false)]
    [InlineData("password: ${PASSWORD}", false)]
    [InlineData("""  "ConnectionStrings": {"x": "Host=h;Username=u;Password=hunter22"}""", true)]
    [InlineData("-----BEGIN PRIVATE KEY-----", true)]
    [InlineData("MasterKey=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", true)]
    [InlineData("""  "max_tokens": "1000",""", false)]
    public void Line_WithASecret_IsSeen(string line, bool seen) => Assert.Equal(seen, HoldsSecret(line));

    private static bool HoldsSecret(string line) => Assigned().IsMatch(line) || Shaped().IsMatch(line);

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder).Where(file => Kinds.Contains(Path.GetExtension(file)))
            .Concat(Directory.EnumerateDirectories(folder).Where(inner => !Elsewhere.Contains(Path.GetFileName(inner))).SelectMany(Files));

    private static string Root([CallerFilePath] string test = "") => Path.GetDirectoryName(Path.GetDirectoryName(test))!; // The compiler gives a full path.

    // A name that says it is a secret, and a value that is neither empty nor taken from elsewhere.
    [GeneratedRegex("""(password|passwd|secret|api_?key|master_?key|private_?key|access_?token|(?<![a-z_])token)["']?\s*[:=]\s*["']?(?!\s|\$|\{|["'<…]|null|true|false|string)[^\s"',;]{6,}""", RegexOptions.IgnoreCase)]
    private static partial Regex Assigned();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY|\\bsk-[A-Za-z0-9_-]{16,}|\\bAKIA[0-9A-Z]{16}|\\bnlk_[A-Za-z0-9]+_[A-Za-z0-9]{16,}|\\bwhsec_[A-Za-z0-9+/=]{24,}|\\beyJ[A-Za-z0-9_-]{20,}\\.eyJ")]
    private static partial Regex Shaped();
}
