using System.Text.Json.Nodes;

namespace NextLayer.Demo.Seeding;

/// <summary>One file of <c>examples/</c>; <c>examples/README.md</c> describes its members.</summary>
/// <param name="Key">The file's name without its ending.</param>
internal sealed record Example(string Key, JsonObject Document)
{
    /// <summary>Stands for the shop's address in the files.</summary>
    private const string ShopMark = "${shop}";

    private static readonly string[] WorkflowMembers = ["name", "description", "definition", "input_schema"];

    public string Name => Document["name"]!.GetValue<string>(); // Every example has one.

    /// <summary>What <c>POST</c> and <c>PUT</c> of a workflow take.</summary>
    public JsonObject Workflow => new(
        WorkflowMembers.Select(member => KeyValuePair.Create(member, Document[member]?.DeepClone())));

    public JsonObject? Schedule => Document["schedule"] as JsonObject;

    /// <summary>Input of the run that shows it.</summary>
    public JsonNode Input => Document["try"]!["input"]!; // Every example has one.

    /// <param name="shop">Address of the shop, without a slash at its end.</param>
    public static IReadOnlyList<Example> ReadAll(string folder, string shop) =>
    [
        .. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(file => new Example(
            Path.GetFileNameWithoutExtension(file),
            JsonNode.Parse(File.ReadAllText(file).Replace(ShopMark, shop, StringComparison.Ordinal))!.AsObject())),
    ];
}
