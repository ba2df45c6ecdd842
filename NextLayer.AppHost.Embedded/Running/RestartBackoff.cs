namespace NextLayer.AppHost.Embedded.Running;

/// <summary>How long to wait before a crashed process is started again.</summary>
internal static class RestartBackoff
{
    /// <summary>A process that lived this long had started well; its next crash counts as the first.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <param name="crashes">In a row, from 1.</param>
    public static TimeSpan Delay(int crashes) =>
        crashes > 6 ? Longest : First * Math.Pow(2, crashes - 1);

    /// <summary>The count after one more crash.</summary>
    public static int Count(int crashesBefore, TimeSpan lived) => lived >= StableAfter ? 1 : crashesBefore + 1;
}
