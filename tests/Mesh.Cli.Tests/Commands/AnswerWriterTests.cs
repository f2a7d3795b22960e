using System.Text.Json.Nodes;
using Mesh.Cli.Commands;
using Mesh.Cli.Terminal;

namespace Mesh.Cli.Tests.Commands;

public sealed class AnswerWriterTests
{
    private const string Answer =
        """{ "services": [ { "name": "orders", "ready": true, "at": "2026-11-22T16:56:04.5587824+00:00", "ports": [ { "name": "http", "protocol": "http" }, { "name": "db", "protocol": "tcp" } ] }, { "name": "a", "uses": [ { "service": "default/b", "port": "http" } ] } ] }""";

    private static string Write(string answer, OutputFormat format, params string[] columns)
    {
        using var output = new StringWriter();
        AnswerWriter.Write(JsonNode.Parse(answer)!, format, columns, new Screen(output, TextWriter.Null, TextReader.Null, coloursOut: false, coloursError: false));
        return string.Join('\n', output.ToString().Split('\n').Select(l => l.TrimEnd())).TrimEnd();
    }

    [Fact]
    public void Write_Table_ShowsTheColumnsThatHaveSomething() => Assert.Equal(
        """
        NAME    READY  AT                    PORTS           USES
        orders  yes    2026-11-22 16:56:04Z  http, db (tcp)
        a                                                    default/b/http
        """,
        Write(Answer, OutputFormat.Table, "name", "nothing", "ready", "at", "ports", "uses"));

    [Fact]
    public void Write_EndpointThatCallersLeaveOut_NamesThemAndWhy() => Assert.Equal(
        """
        REPLICA   LEFT OUT BY
        orders-1  shop/web#web-1 (ejected: failures)
        """,
        Write("""{ "endpoints": [ { "replica": "orders-1", "leftOutBy": [ { "name": "shop/web#web-1", "state": "ejected", "reason": "failures", "since": null, "until": null } ] } ] }""", OutputFormat.Table, "replica", "leftOutBy"));

    [Fact]
    public void Write_Yaml_KeepsTypes() => Assert.Equal(
        """
        name: "5"
        count: 5
        ready: true
        list: []
        """,
        Write("""{ "name": "5", "count": 5, "ready": true, "list": [] }""", OutputFormat.Yaml));

    [Fact]
    public void Write_Json_IsTheAnswer() => Assert.Equal(JsonNode.Parse(Answer)!.ToJsonString(), JsonNode.Parse(Write(Answer, OutputFormat.Json))!.ToJsonString());
}
