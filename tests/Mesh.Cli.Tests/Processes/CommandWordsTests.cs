using Mesh.Cli.Processes;

namespace Mesh.Cli.Tests.Processes;

public sealed class CommandWordsTests
{
    [Theory]
    [InlineData("node server.js", "node", "server.js")]
    [InlineData("  a\tb \n c ", "a", "b", "c")]
    [InlineData("""a 'b c' "d e" """, "a", "b c", "d e")]
    [InlineData("""a"b"'c'd""", "abcd")]
    [InlineData("""a '' "" """, "a", "", "")]
    [InlineData("""a\ b \"c""", "a b", "\"c")]
    [InlineData("""
        a "b\"c\\d\n"
        """, "a", """b"c\d\n""")]
    [InlineData("""a '$HOME|x' "a;b" """, "a", "$HOME|x", "a;b")]
    public void Split_Words_AreThoseOfAShell(string text, params string[] expected)
    {
        Assert.Null(CommandWords.Split(text, out var words));
        Assert.Equal(expected, words);
    }

    [Theory]
    [InlineData("a 'b", "the quote ' that opens at character 3 is never closed")]
    [InlineData("a \\", "ends in a backslash with nothing after it")]
    [InlineData("a > b", "has '>', which only a shell understands; no shell is involved: write [sh, -c, '…'] for one, or quote it")]
    [InlineData("a $B", "has '$', which only a shell understands; no shell is involved: write [sh, -c, '…'] for one, or quote it")]
    public void Split_WhatOnlyAShellCould_IsRefused(string text, string expected)
    {
        Assert.Equal(expected, CommandWords.Split(text, out var words));
        Assert.Empty(words);
    }
}
