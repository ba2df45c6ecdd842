using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NextLayer.Tests.Support;

/// <summary>
/// Compares wire shapes with approved example documents, so that every change of one is seen in a diff. Ids and times
/// are masked. A new or changed document is written as <c>*.received.json</c> beside the test: rename it to approve.
/// </summary>
internal static partial class Approved
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Equal(string name, string json, [CallerFilePath] string test = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(test)!, $"{name}.approved.json"); // The compiler gives a full path.
        var actual = Mask(JsonSerializer.Serialize(JsonElement.Parse(json), Indented)) + "\n";
        var expected = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        var received = path.Replace(".approved.", ".received.", StringComparison.Ordinal);
        if (actual == expected)
            File.Delete(received);
        else
            File.WriteAllText(received, actual);
        Assert.Equal(expected, actual);
    }

    private static string Mask(string json) =>
        Time().Replace(Id().Replace(json.ReplaceLineEndings("\n"), "<id>"), "<time>");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")]
    private static partial Regex Time();
}
