namespace NextLayer.Workflows.Schemas;

/// <summary>Where and how a value differs from its schema, or a schema from what schemas may say.</summary>
/// <param name="Path">From the root, as <c>orders[0].amount</c>; empty for the root itself.</param>
/// <param name="Message">Follows the path in a sentence: <c>must be a string.</c></param>
public sealed record SchemaError(string Path, string Message);
