namespace NextLayer.Worker.Steps.Email;

/// <summary>What a server answered to one command.</summary>
/// <param name="Code">Three digits: 2 and 3 hundred go on, 4 hundred is for now, 5 hundred is for good.</param>
/// <param name="Lines">Its texts.</param>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsPositive => Code is >= 200 and < 400;
    public bool IsTemporary => Code is >= 400 and < 500;
    public string Text => string.Join(" ", Lines);
}
