using System.Text;

namespace NextLayer.Workflows.Schemas;

/// <summary>Where in a value we are. Written out only when an error is reported.</summary>
internal sealed class Place
{
    private readonly Place? parent;
    private readonly string? member;
    private readonly int item;

    private Place(Place? parent, string? member, int item) => (this.parent, this.member, this.item) = (parent, member, item);

    public static Place Root { get; } = new(null, null, 0);

    public Place Member(string name) => new(this, name, 0);

    public Place Item(int index) => new(this, null, index);

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    private void Write(StringBuilder text)
    {
        if (parent is null)
            return;
        parent.Write(text);
        if (member is null)
            text.Append('[').Append(item).Append(']');
        else
            text.Append(text.Length > 0 ? "." : "").Append(Shortened.Name(member));
    }
}
