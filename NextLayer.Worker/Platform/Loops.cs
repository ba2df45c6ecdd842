namespace NextLayer.Worker.Platform;

internal static class Loops
{
    /// <summary>
    /// Ends as the first of several endless loops ends: with all of them when they are cancelled, and at once when one
    /// breaks, which waiting for all would hide.
    /// </summary>
    public static async Task FirstToEndAsync(params Task[] loops) => await await Task.WhenAny(loops);
}
