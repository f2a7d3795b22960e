using System.Text;
using Mesh.Proxy.Upstreams.Http1;

namespace Mesh.Proxy.Tests.Upstreams.Http1;

public sealed class ResponseHeadTests
{
    private readonly ResponseHead _head = new();

    [Fact]
    public void Read_Usual_GivesStatusLengthAndFields()
    {
        Read("HTTP/1.1 200 OK\r\ncontent-length: 12\r\nX-Own:  a b \r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n");

        Assert.Equal(200, _head.Status);
        Assert.Equal(12, _head.ContentLength);
        Assert.True(_head.IsPersistent);
        Assert.Equal([("Content-Length", "12"), ("X-Own", "a b"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], Fields());
        Assert.Equal("a=1", _head.Find("set-cookie"));
    }

    [Theory]
    [InlineData("HTTP/1.1 204 \r\n\r\n", 204)]
    [InlineData("HTTP/1.1 204\r\n\r\n", 204)]
    [InlineData("HTTP/1.1 200 OK\n\n", 200)]
    public void Read_UnusualStatusLine_IsUnderstood(string text, int status)
    {
        Read(text);

        Assert.Equal(status, _head.Status);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: x-own, Close\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public void Read_ConnectionThatEndsOrIsSuspect_IsNotPersistent(string text)
    {
        Read(text);

        Assert.False(_head.IsPersistent);
    }

    [Fact]
    public void Read_LengthAndChunks_ChunksCount()
    {
        Read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: Chunked\r\n\r\n");

        Assert.True(_head.IsChunked);
        Assert.Null(_head.ContentLength);
    }

    [Fact]
    public void Read_SameLengthTwice_IsOneLength()
    {
        Read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n");

        Assert.Equal(5, _head.ContentLength);
    }

    [Theory]
    [InlineData("HTTP/2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 +20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: no name\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA b: c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public void Read_NoResponse_IsRefused(string text)
    {
        var error = Assert.Throws<HttpRequestException>(() => Read(text));

        Assert.Equal(HttpRequestError.InvalidResponse, error.HttpRequestError);
    }

    [Fact]
    public void Read_MoreFieldsThanAllowed_IsRefused()
    {
        var text = "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, ResponseHead.MaxFields + 1).Select(i => $"X-{i}: 1\r\n")) + "\r\n";

        Assert.Throws<HttpRequestException>(() => Read(text));
    }

    [Fact]
    public void Read_SameHeadAgain_MakesNoNewStrings()
    {
        const string text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Own: value\r\n\r\n";
        Read(text);
        var before = _head.Find("X-Own");
        Read(text);

        Assert.Same(before, _head.Find("X-Own"));
    }

    // A field that a shorter head pushed out must not come back with the old value, whatever lies where its octets were.
    [Fact]
    public void Read_ShorterThenLongerHead_TellsTheLastOne()
    {
        Read("HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n");
        Read("HTTP/1.1 200 OK\r\nA: 1\r\nQQ: 2C: 4\r\n\r\n");
        Read("HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nC: 4\r\n\r\n");

        Assert.Equal([("A", "1"), ("B", "2"), ("C", "4")], Fields());
    }

    [Fact]
    public void Read_RandomHeadsOnOneConnection_AlwaysTellsTheLastOne()
    {
        var random = new Random(20);
        for (var round = 0; round < 5000; round++)
        {
            var fields = Enumerable.Range(0, random.Next(6)).Select(_ => (Name: $"X-{random.Next(3)}", Value: new string((char)('a' + random.Next(3)), random.Next(4)))).ToArray();
            Read("HTTP/1.1 200 OK\r\n" + string.Concat(fields.Select(field => $"{field.Name}: {field.Value}\r\n")) + "\r\n");

            Assert.Equal(fields, Fields());
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", 25)]
    [InlineData("HTTP/1.1 200 OK\n\nbody", 17)]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n", -1)]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n\r", -1)]
    [InlineData("", -1)]
    public void FindEnd_Received_TellsLengthOrThatMoreIsNeeded(string text, int expected) => Assert.Equal(expected, ResponseHead.FindEnd(Encoding.Latin1.GetBytes(text)));

    private void Read(string text)
    {
        var octets = Encoding.Latin1.GetBytes(text);
        Assert.Equal(octets.Length, ResponseHead.FindEnd(octets));
        _head.Read(octets);
    }

    private (string Name, string Value)[] Fields() => [.. Enumerable.Range(0, _head.Count).Select(index => _head[index])];
}
