# SPDX-License-Identifier: Apache-2.0
"""Greetings, thanks and questions about itself, put together from parts: a small model that has seen a few hundred fixed
sentences takes a new one for something else; after thousands that share their parts it does not.

Written for this recipe; the texts below are CC0-1.0.
"""

import random

NAMES = ["Sam", "Anna", "Tom", "Maria", "Peter", "Lisa", "Ben", "Julia", "Max", "Emma", "Paul", "Nina", "Alex", "Kim",
         "David", "Sara", "Lucas", "Ana", "Omar", "Mei", "Ivan", "Priya", "Kofi", "Yuki", "Jo", "Chris", "Pat", "Eva",
         "Leo", "Zoe", "Noah", "Ada", "Finn", "Ruth", "Hugo", "Lena", "Marc", "Rosa", "Ali", "Fatima"]

GREETING = ["hello", "hi", "hey", "hiya", "howdy", "greetings", "yo", "heya", "hallo", "hi there", "hello there",
            "hey there", "good day", "a good day", "hey hey", "hi hi", "hello hello", "oh hi", "oh hello", "well hello",
            "well hi", "why hello", "salutations", "helo", "hullo", "welcome", "ahoy", "hola", "aloha", "cheerio hello"]
ADDRESSED = ["", "", "", "", "inkling", "inkling", "friend", "my friend", "old friend", "dear friend", "buddy", "pal",
             "mate", "assistant", "my assistant", "dear assistant", "little assistant", "bot", "computer", "model",
             "little model", "dear inkling", "everyone", "everybody", "folks", "all", "you", "you two", "to you",
             "to you too", "to everyone", "again", "once more", "sir", "my dear", "world", "machine", "stranger",
             "team", "terminal", "helper", "dude", "man", "neighbour", "and welcome", "from me", "from Berlin",
             "from here"]
AFTER_GREETING = ["", "", "", "", "", "I'm {name}", "I am {name}", "my name is {name}", "this is {name}", "{name} here",
                  "it's {name}", "it's me", "it's me, {name}", "nice to meet you", "nice to see you",
                  "good to meet you", "good to see you", "pleased to meet you", "great to see you", "happy to see you",
                  "good to be here", "glad to meet you", "lovely to meet you", "I'm new here", "I just installed you",
                  "just trying this out", "just testing", "I'm back", "back again", "first time here",
                  "I'm {name}, nice to meet you", "my name is {name} and I'm new here", "I am {name}, pleased to meet you",
                  "long time no see", "nice day today", "hope you are ready", "let's start", "shall we start",
                  "here I am", "I'm here", "we meet again", "can we talk", "let's talk", "I wanted to say hello"]
WELLBEING = ["how are you", "how are you doing", "how are you today", "how are you doing today", "how's it going",
             "how is it going", "how is your day", "how's your day", "how is your day going", "how's your day so far",
             "how have you been", "how are things", "how are things going", "how are things today", "how do you do",
             "how do you feel", "how do you feel today", "how are you feeling today", "how's everything",
             "how is everything", "how's everything going", "how is life", "how's life treating you", "how goes it",
             "are you well", "are you doing well", "are you ok", "are you fine", "all well", "all good", "all good there",
             "everything alright", "everything fine", "what's up", "what's new", "how was your day", "how was your night",
             "did you sleep well", "having a good day", "having a nice day", "hope you're doing well",
             "I hope you are well", "hope all is well", "how r u", "how are u", "how r you", "hows it going",
             "how are you this evening", "how are you this morning", "how are you this afternoon"]

PRAISE = ["ok", "okay", "ok great", "ok good", "great", "awesome", "perfect", "nice", "cool", "super", "excellent",
          "wonderful", "fantastic", "brilliant", "lovely", "good", "very good", "amazing", "sweet", "alright", "right",
          "yes", "yep", "yeah", "wow", "oh", "oh nice", "oh great", "ah", "ah ok", "aha", "got it", "I see",
          "understood", "makes sense", "that works", "it works", "it works now", "that worked", "that helped",
          "that did it", "problem solved", "solved", "fixed", "all good", "neat", "splendid", "terrific", "great help",
          "big help", "very helpful", "so helpful", "super helpful", "good answer", "great answer", "nice answer",
          "good tip", "great tip", "good to know", "fair enough", "all right", "fine", "well done", "good job",
          "great job", "nice work", "exactly", "exactly right", "just right", "that's it", "that's right",
          "this is great", "this is perfect", "that is very kind", "beautiful", "impressive", "clear", "all clear",
          "crystal clear", "very clear", "quick answer", "that was quick", "that was fast", "done", "worked", "phew",
          "finally", "no problem", "sounds good", "looks good", "works for me", "works like a charm"]
THANKING = ["thanks", "thank you", "thank you", "thanks", "thx", "ty", "thank u", "many thanks", "cheers", "tysm",
            "big thanks", "thanks thanks", "thank you thank you", "much appreciated", "I appreciate it",
            "I appreciate that", "appreciated", "really appreciate it", "I thank you", "thnx", "thanx", "tyvm", "tks",
            "thanku", "thankyou", "merci", "much obliged", "thanks and thanks again", "so thanks", "a big thank you",
            "my thanks", "I'm grateful", "I am very grateful", "I want to thank you", "I have to thank you",
            "let me thank you", "just wanted to say thanks", "I just wanted to say thank you", "thank you so so much"]
THANKED = ["", "", "", "", "", "very much", "so much", "so very much", "a lot", "lots", "a bunch", "a ton", "a million",
           "tons", "loads", "again", "once again", "once more", "inkling", "dear inkling", "mate", "my friend", "friend",
           "buddy", "pal", "man", "dude", "bro", "kindly", "indeed", "really", "truly", "sincerely", "for that",
           "for this", "for the help", "for your help", "for all your help", "for all the help", "for helping",
           "for helping me", "for the answer", "for your answer", "for the quick answer", "for the fast reply",
           "for the explanation", "for explaining", "for explaining it", "for explaining that so well", "for the tip",
           "for the hint", "for the command", "for the example", "for your time", "for your patience", "for everything",
           "for clearing that up", "for sorting that out", "for the info", "for the information", "for being so helpful",
           "for the support", "for the advice", "for showing me", "for your kind help", "to you", "you two",
           "very very much", "ever so much", "you helped me a lot", "you're the best", "you are great",
           "you're a star", "you are a genius", "you made my day"]
AFTER_THANKS = ["", "", "", "", "", "", "that helped", "that helped a lot", "that worked", "it works", "it works now",
                "it worked", "works now", "that's what I needed", "just what I needed", "exactly what I wanted",
                "I'll try that", "I will try it", "I'll do that", "that was easy", "very useful", "this is useful",
                "very kind of you", "you're very kind", "I owe you one", "I got it", "I understand now",
                "now I understand", "now it's clear", "that makes sense", "problem solved", "it's fixed", "all done",
                "good to know", "great answer", "great work", "well explained", "I learned something",
                "that saved me a lot of time", "you saved me an hour", "I couldn't have done it without you"]

# What a question begins with; the second list goes before its indirect form ("who you are").
BEFORE = ["", "", "", "", "so", "ok", "okay", "hey", "and", "but", "wait", "sorry", "excuse me", "hmm", "well", "please",
          "then", "now", "hi", "hello", "one question", "quick question", "just curious", "may I ask", "first of all",
          "before we start", "just asking", "honestly", "tell me", "by the way", "btw", "um", "oh"]
INDIRECT = ["tell me", "please tell me", "can you tell me", "could you tell me", "could you please tell me",
            "would you tell me", "will you tell me", "can you say", "can you please say", "could you say", "say",
            "I'd like to know", "I would like to know", "I want to know", "I wanted to know", "I was wondering",
            "I wonder", "I'm curious", "do you mind telling me", "would you mind telling me", "may I know",
            "may I ask", "let me know", "explain", "explain to me", "please explain", "I have no idea",
            "I don't know", "I forgot", "I'm not sure", "remind me", "help me understand", "show me", "describe"]
KIND = ["assistant", "bot", "program", "model", "ai", "AI", "tool", "thing", "software", "chatbot", "language model",
        "system", "machine", "app", "llm", "LLM", "ai model", "AI assistant", "application", "agent", "robot", "helper"]
WHO_DIRECT = ["who are you", "what are you", "who is this", "who's this", "what is this", "what is your name",
              "what's your name", "whats your name", "what's ur name", "what ur name", "what is ur name", "your name",
              "ur name", "you are who", "you are", "you're", "who r u", "who are u", "who r you", "what r u",
              "what are u", "what are you called", "what do people call you", "what do you call yourself",
              "what should I call you", "what do I call you", "what can I call you", "what may I call you",
              "what shall I name you", "how should I call you", "how shall I address you", "how do I address you",
              "how are you called", "do you have a name", "have you got a name", "have you a name", "got a name",
              "is there a name for you", "which name do you have", "which name should I use for you",
              "under what name do you go", "what name do you use", "what name were you given", "did they name you",
              "who am I talking to", "who am I talking with", "who am I speaking to", "who am I chatting with",
              "who is talking", "who is answering", "who is answering me", "who is typing", "who is on the other side",
              "who do I have here", "who do we have here", "whom am I talking to", "what am I talking to",
              "what am I chatting with", "who is it", "who is there", "who's speaking", "who's answering",
              "what kind of {kind} are you", "what sort of {kind} is this", "what type of {kind} are you",
              "what kind of {kind} is this", "which {kind} are you", "which {kind} is it", "which {kind} am I using",
              "which {kind} am I talking to", "what {kind} are you", "what {kind} is this", "what {kind} am I using",
              "what {kind} do I have here", "are you a {kind}", "are you some {kind}", "are you an {kind}",
              "is this a {kind}", "are you just a {kind}", "what's the name of this {kind}",
              "what is this {kind} called", "the name of this {kind}", "which {kind} answers me"]
WHO_INDIRECT = ["who you are", "what you are", "your name", "what your name is", "what you are called", "who this is",
                "what this is", "what I should call you", "what to call you", "who I am talking to",
                "who I'm talking to", "who I am speaking with", "who I'm chatting with", "who is answering",
                "what kind of {kind} you are", "what sort of {kind} this is", "which {kind} you are",
                "which {kind} this is", "what {kind} I am using", "the name of this {kind}",
                "something about yourself", "about yourself", "a bit about yourself", "a little about you",
                "who you really are", "how to address you", "how I should address you"]
HOW_MUCH = ["", "", "", "", "", "exactly", "really", "anyway", "again", "actually", "then", "please", "inkling", "now",
            "precisely", "by the way", "if I may ask", "if you don't mind", "in a few words", "in short", "briefly",
            "my friend", "may I ask", "though", "here"]

WHAT_DIRECT = ["what can you do", "what can you help with", "what can you help me with", "what are you able to do",
               "what do you know", "what do you do", "what are you good at", "what are you good for",
               "what are you made for", "what were you made for", "what are you for", "what is your purpose",
               "what is your use", "what use are you", "what can I use you for", "what can I do with you",
               "what can I ask", "what can I ask you", "what may I ask", "what should I ask", "what else can you do",
               "what all can you do", "what could you do", "what would you do", "how can you help",
               "how can you help me", "how could you help me", "how can you be of help", "how do you help people",
               "can you help me", "could you help me", "can you help", "would you help me", "will you help me",
               "how can I use you", "how do I use you", "how does one use you", "how are you useful",
               "in what can you help me", "with what can you help", "which things can you do",
               "which {topics} do you know", "which {topics} can you answer", "what {topics} do you know",
               "what {topics} can I ask about", "what {topics} do you cover", "what {topics} do you support",
               "what {topics} are you good at", "what {topics} do you understand", "what {topics} can you handle",
               "what kind of {topics} do you know", "what kind of {topics} can you handle", "what sort of {topics} do you do",
               "what kinds of {topics} can I ask", "do you know many {topics}", "what is your area", "what is your field",
               "what's your strength", "what are your strengths", "what are your features", "your {can}",
               "what are your {can}", "list your {can}", "list all your {can}", "show your {can}", "show me your {can}",
               "describe your {can}", "explain your {can}", "tell me your {can}", "tell me about your {can}",
               "give me a {list} of your {can}", "give me a {list} of what you can do",
               "give me a {list} of everything you know", "write a {list} of your {can}",
               "make a {list} of things you do", "show me a {list} of things you can do", "a {list} of your {can} please",
               "list what you can do", "list everything you can do", "list things you can help with",
               "name some things you can do", "name your {can}", "I need help with something", "I need a hand",
               "can you give me a hand", "I need assistance", "can you assist me", "can I get some help",
               "where can you help", "what is it that you do", "what is it you can do"]
WHAT_INDIRECT = ["what you can do", "what you do", "what you know", "what you can help with", "what you are good at",
                 "what you are for", "what you can do for me", "what I can ask you", "what I can ask",
                 "what I can do with you", "how you can help", "how you can help me", "how to use you", "how I can use you",
                 "your {can}", "what your {can} are", "which {topics} you know", "what {topics} you know",
                 "what kind of {topics} you answer", "what {topics} I can ask about", "what you were made for",
                 "what else you can do", "some things you can do", "all the things you can do", "everything you can do",
                 "what this is good for", "what you could do for me", "a few things you can do"]
FOR_WHOM = ["", "", "", "", "", "for me", "for us", "here", "in the terminal", "today", "right now", "exactly",
            "in general", "please", "then", "inkling", "besides that", "apart from that", "as an assistant",
            "for a beginner", "on my computer", "on this machine", "really", "actually", "at all", "and what not",
            "in short", "for someone like me", "with your skills"]
TOPICS = ["topics", "subjects", "areas", "things", "tools", "languages", "commands", "questions", "tasks", "fields",
          "programs", "problems", "jobs", "themes"]
CAN = ["skills", "features", "abilities", "capabilities", "functions", "talents", "tasks", "strengths", "uses",
       "possibilities", "options", "services"]
LIST = ["list", "short list", "summary", "overview", "quick overview", "full list", "description", "few examples"]


def joined(*parts: str) -> str:
    return " ".join(p for p in parts if p)


def after(text: str, more: str, rng: random.Random) -> str:
    """`more` as a sentence or a clause after `text`."""
    return text + rng.choice([", ", ", ", ". ", "! ", " - ", " "]) + more if more else text


def question(direct: list[str], indirect: list[str], tails: list[str], rng: random.Random) -> str:
    if rng.random() < 0.65:
        before = rng.choice(BEFORE)
        text = before + rng.choice([" ", ", "]) + rng.choice(direct) if before else rng.choice(direct)
    else:
        text = joined(rng.choice(INDIRECT), rng.choice(indirect))
    text = joined(text, rng.choice(tails))
    for name, values in (("{kind}", KIND), ("{topics}", TOPICS), ("{can}", CAN), ("{list}", LIST)):
        text = text.replace(name, rng.choice(values))
    return text


def greeting(rng: random.Random) -> tuple[str, bool]:
    """A greeting, and whether it asks how things are."""
    text = joined(rng.choice(GREETING), rng.choice(ADDRESSED))
    text = after(text, rng.choice(AFTER_GREETING).replace("{name}", rng.choice(NAMES)), rng)
    asks = rng.random() < 0.3
    return (after(text, rng.choice(WELLBEING), rng) if asks else text), asks


def greeting_of(part: str, rng: random.Random) -> tuple[str, bool]:
    """The same with a time of day."""
    text = rng.choice(["good {}", "good {}", "good {}", "{}", "a very good {}", "a good {}", "the best of {}s",
                       "hello and good {}", "hi, good {}", "hey, good {}", "wish you a good {}", "lovely {}", "fine {}",
                       "what a {}, hello", "good {}, good {}"]).replace("{}", part)
    text = joined(text, rng.choice(ADDRESSED))
    text = after(text, rng.choice(AFTER_GREETING).replace("{name}", rng.choice(NAMES)), rng)
    asks = rng.random() < 0.25
    return (after(text, rng.choice(WELLBEING), rng) if asks else text), asks


def thanks(rng: random.Random) -> str:
    text = joined(rng.choice(THANKING), rng.choice(THANKED))
    kind = rng.random()
    if kind < 0.45:
        text = after(rng.choice(PRAISE), text, rng)
    elif kind < 0.75:
        text = after(text, rng.choice(AFTER_THANKS + PRAISE), rng)
    return text


def who(rng: random.Random) -> str:
    return question(WHO_DIRECT, WHO_INDIRECT, HOW_MUCH, rng)


def ability(rng: random.Random) -> str:
    return question(WHAT_DIRECT, WHAT_INDIRECT, FOR_WHOM, rng)
