using System.Text.Json;

namespace NextLayer.Workflows.Templates;

/// <summary>What templates may know of a settled step.</summary>
/// <param name="Status">Its status on the wire, such as <c>completed</c> or <c>skipped</c>.</param>
/// <param name="Output">Its output; null where it has none, as when skipped. Must outlive the scope.</param>
public readonly record struct StepOutput(string Status, JsonElement? Output);
