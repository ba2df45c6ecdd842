using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace NextLayer.Workflows.Transforms;

/// <summary>
/// XML as JSON: an element is an object of its attributes (<c>@name</c>) and children, repeated children a list, and
/// just its text where it has neither; text beside them is <c>#text</c>. Namespace prefixes are left out. Document type
/// declarations are refused, so nothing is ever fetched or expanded.
/// </summary>
internal static class XmlParse
{
    private const int MaxDepth = 60;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    public static Evaluated<TransformResult> Apply(string text)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), Settings);
            if (Load(reader) is not { } root)
                return ParseTransform.NotReadable("XML", $"elements nest more than {MaxDepth} deep.");
            var json = JsonOut.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WritePropertyName(root.Name.LocalName);
                Write(writer, root);
                writer.WriteEndObject();
            });
            return new TransformResult(json, IsList: false);
        }
        catch (XmlException failure)
        {
            return ParseTransform.NotReadable("XML", failure.Message);
        }
    }

    // Builds the tree without recursion and stops at the depth the writing may recurse to.
    private static XElement? Load(XmlReader reader)
    {
        XElement? root = null;
        var open = new Stack<XElement>();
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (open.Count >= MaxDepth)
                        return null;
                    var isEmpty = reader.IsEmptyElement;
                    var element = ReadElement(reader);
                    if (open.TryPeek(out var parent))
                        parent.Add(element);
                    root ??= element;
                    if (!isEmpty)
                        open.Push(element);
                    break;
                case XmlNodeType.EndElement:
                    open.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    open.Peek().Add(new XText(reader.Value));
                    break;
            }
        }
        return root;
    }

    private static XElement ReadElement(XmlReader reader)
    {
        var element = new XElement(reader.LocalName);
        while (reader.MoveToNextAttribute())
        {
            if (reader.Prefix != "xmlns" && reader.LocalName != "xmlns")
                element.SetAttributeValue(reader.LocalName, reader.Value);
        }
        return element;
    }

    private static void Write(Utf8JsonWriter writer, XElement element)
    {
        var text = string.Concat(element.Nodes().OfType<XText>().Select(t => t.Value)).Trim();
        if (!element.HasAttributes && !element.HasElements)
        {
            writer.WriteStringValue(text);
            return;
        }
        writer.WriteStartObject();
        foreach (var attribute in element.Attributes())
            writer.WriteString("@" + attribute.Name.LocalName, attribute.Value);
        foreach (var children in element.Elements().GroupBy(e => e.Name.LocalName))
            WriteChildren(writer, [.. children]);
        if (text.Length > 0)
            writer.WriteString("#text", text);
        writer.WriteEndObject();
    }

    private static void WriteChildren(Utf8JsonWriter writer, XElement[] children)
    {
        writer.WritePropertyName(children[0].Name.LocalName);
        if (children.Length == 1)
        {
            Write(writer, children[0]);
            return;
        }
        writer.WriteStartArray();
        foreach (var child in children)
            Write(writer, child);
        writer.WriteEndArray();
    }
}
